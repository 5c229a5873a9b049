-- Texts in which the index of words finds too little: runs of scripts without spaces, character by character, and what
-- a tool asked the user, which stands neither in a prompt nor in a response. A row's id is its segment's.
CREATE VIRTUAL TABLE search_split USING fts5 (body, tokenize = 'unicode61 remove_diacritics 2');

-- Turns that hold such scripts, or such questions, are indexed anew.
INSERT OR IGNORE INTO search_queue (turn_id)
    SELECT id FROM trajectory_turns, (
        SELECT '*[' || char(0xe00) || '-' || char(0x10ff) || char(0x1100) || '-' || char(0x11ff) || char(0x1780) || '-'
            || char(0x17ff) || char(0x3005) || '-' || char(0x9fff) || char(0xac00) || '-' || char(0xd7af) || ']*' AS run)
    WHERE prompt GLOB run OR response GLOB run;
INSERT INTO search_index (search_index, rowid, body)
    SELECT 'delete', x.id, x.body FROM search_segments AS s JOIN search_texts AS x ON x.id = s.id
    WHERE s.turn_id IN (SELECT turn_id FROM search_queue);
DELETE FROM search_segments WHERE turn_id IN (SELECT turn_id FROM search_queue);
INSERT OR IGNORE INTO search_queue (turn_id) SELECT turn_id FROM trajectory_questions WHERE source <> 'text';

-- A segment from 2^40 on is a question of the turn, by its number.
DROP VIEW search_texts;
CREATE VIEW search_texts AS
    SELECT s.id AS id,
           CASE WHEN s.text_start >= 1099511627776
                THEN (SELECT q.question_text FROM trajectory_questions AS q
                      WHERE q.id = (s.turn_id << 20) + s.text_start - 1099511627776)
                WHEN s.text_start < 0 THEN substr(t.prompt, -s.text_start, s.text_end + s.text_start + 1)
                ELSE substr(t.response, s.text_start + 1, s.text_end - s.text_start) END AS body
    FROM search_segments AS s JOIN trajectory_turns AS t ON t.id = s.turn_id;

CREATE TRIGGER questions_to_search AFTER INSERT ON trajectory_questions WHEN new.source <> 'text' BEGIN
    INSERT OR IGNORE INTO search_queue (turn_id) VALUES (new.turn_id);
END;
