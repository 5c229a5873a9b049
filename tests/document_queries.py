"""Statements of the trajectory documents, to the letter: programs were written against them."""

from __future__ import annotations

DOCUMENTS_PROACT = """
        SELECT
            COUNT(q.id) as total_questions,
            SUM(CASE WHEN q.effort_level = 'low' THEN 1 ELSE 0 END) as low_effort,
            SUM(CASE WHEN q.effort_level = 'medium' THEN 1 ELSE 0 END) as medium_effort,
            SUM(CASE WHEN q.effort_level = 'high' THEN 1 ELSE 0 END) as high_effort
        FROM trajectory_turns t
        LEFT JOIN trajectory_questions q ON t.id = q.turn_id
        WHERE t.trajectory_id = ?
"""
"""SPEC-PPP-004, task 4."""

DOCUMENTS_PERS = """
        SELECT
            COUNT(v.id) as total_violations,
            SUM(CASE WHEN v.severity = 'minor' THEN 1 ELSE 0 END) as minor,
            SUM(CASE WHEN v.severity = 'major' THEN 1 ELSE 0 END) as major,
            SUM(CASE WHEN v.severity = 'critical' THEN 1 ELSE 0 END) as critical
        FROM trajectory_turns t
        LEFT JOIN trajectory_violations v ON t.id = v.turn_id
        WHERE t.trajectory_id = ?
"""
"""SPEC-PPP-004, task 5."""
