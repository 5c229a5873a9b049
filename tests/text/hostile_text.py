"""Strategies for text that a terminal would obey."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = st.text(
    st.one_of(
        st.sampled_from(
            "\x1b\x07\x00\x7f\x9b\x9d\u202e\u2066\u200b\u200d\ufe0f\u2028\U000e0041\n\r\ta[]0;m日👩👍🏽é\u0301"
        ),
        st.characters(),
        st.characters(categories=["Cs", "Cf", "Cc"]),
    ),
    max_size=60,
)
