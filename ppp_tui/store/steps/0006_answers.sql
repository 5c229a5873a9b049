-- What a question was answered: the option that was chosen, the text that was typed, or what the user wrote next.
-- Without a status nothing is known of an answer; without text there was none, or the text policy keeps none.

ALTER TABLE trajectory_questions ADD COLUMN answer TEXT;
ALTER TABLE trajectory_questions ADD COLUMN answer_status TEXT
    CHECK (answer_status IN ('given', 'reply', 'rejected', 'empty', 'failed'));
