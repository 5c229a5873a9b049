// Log an agent's run from JavaScript: one JSON line per fact, appended to a file of its own.
//   node agent.mjs ~/.local/share/ppp-tui/sessions/reviewer.jsonl
import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";

const file = process.argv[2];
mkdirSync(dirname(file), { recursive: true, mode: 0o700 });

// One call appends a whole line, so that a crash leaves no half of one before the next.
const log = (type, fields) =>
  appendFileSync(file, JSON.stringify({ type, at: new Date().toISOString(), ...fields }) + "\n", { mode: 0o600 });

log("start", { agent_name: "reviewer", project: process.cwd(), spec_id: "SPEC-7", model: "gpt-5", pid: process.pid });
log("turn", { prompt: "Review the login", key: "t1" });
log("step", { kind: "read", tool: "read_file", target: "src/login.js", key: "s1", status: "running" });
log("step", { kind: "read", key: "s1", status: "ok", output: "export const login = () => {}" });
log("usage", { model: "gpt-5", input_tokens: 1200, output_tokens: 80, cache_read_tokens: 400, key: "r1" });
log("question", { key: "q1", text: "Which provider?", options: ["GitHub", "Google"], effort: "low" });
log("answer", { key: "q1", answer: "GitHub" });
log("response", { text: "The login is empty." });
log("start", { trajectory: "helper", parent: "", agent_name: "helper" });
log("turn", { trajectory: "helper", prompt: "Look for tests", response: "There are none.", latency_ms: 400 });
log("violation", { preference_name: "one_question", expected: "one question", actual: "two", severity: "minor" });
log("artifact", { content: { verdict: "empty" }, score: 0.4 });
log("finish", { outcome: "completed" });
