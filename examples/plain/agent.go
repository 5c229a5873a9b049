// Log an agent's run from Go: one JSON line per fact, appended to a file of its own.
//
//	go run agent.go ~/.local/share/ppp-tui/sessions/planner.jsonl
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"time"
)

type fields map[string]any

func main() {
	path := os.Args[1]
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		log.Fatal(err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()

	write := func(kind string, more fields) {
		line := fields{"type": kind, "at": time.Now().UTC().Format(time.RFC3339Nano)}
		for name, value := range more {
			line[name] = value
		}
		text, err := json.Marshal(line)
		if err != nil {
			log.Fatal(err)
		}
		// One call writes a whole line.
		if _, err := file.Write(append(text, '\n')); err != nil {
			log.Fatal(err)
		}
	}

	write("start", fields{"agent_name": "planner", "spec_id": "SPEC-7", "pid": os.Getpid()})
	write("turn", fields{"prompt": "Plan the login"})
	write("step", fields{"kind": "shell", "tool": "sh", "input": "ls", "output": "src\n", "exit_code": 0})
	write("usage", fields{"model": "gpt-5", "input_tokens": 900, "output_tokens": 60})
	write("response", fields{"text": "Three steps."})
	write("finish", fields{"outcome": "completed"})
}
