-- On what terms a model request was served, and how hard the model was asked to think; '' where no record says so.
ALTER TABLE token_usage ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE token_usage ADD COLUMN inference_geo TEXT NOT NULL DEFAULT '';
ALTER TABLE token_usage ADD COLUMN reasoning_effort TEXT NOT NULL DEFAULT '';
