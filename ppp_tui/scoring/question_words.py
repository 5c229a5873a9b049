"""The words by which a question to the person is told from one that an agent asks itself.

Almost all that agents say to people is English; a question in words that are not English is taken at its mark.
"""

from __future__ import annotations

import re


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_MARKS = ("?", "？", "؟")
_PHRASES = (
    "let me know", "tell me", "please ", "your call", "reply with", "pick one", "choose one", "i need you to",
    "i need to know", "say the word", "say go", "say yes", "say ok", "say proceed", "say **", "say `", "say “", 'say "',
    "confirm ", "you like", "you want", "you prefer", "you rather", "want me", "should i", "should we", "shall i",
    "shall we", "your approval", "your go", "your confirmation", "your decision", "your answer", "your reply",
    "your response", "reply ", "pick ", "choose ",
)  # fmt: skip


def may_ask(text: str) -> bool:
    """Whether a text holds a mark or a phrase without which nothing is asked in it: false for most texts, and fast."""
    for mark in _MARKS:
        if mark in text:
            return True
    lowered = text.lower()
    for phrase in _PHRASES:  # noqa: SIM110 - a generator would cost more than the search
        if phrase in lowered:
            return True
    return False


def first_trigger(text: str) -> int:
    """Where the first such mark or phrase stands; 0 if that cannot be told, the text's length if there is none."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return 0
    places = [lowered.find(trigger) for trigger in (*_MARKS, *_PHRASES)]
    return min((place for place in places if place >= 0), default=len(text))


MARK = re.compile(r"[?？؟]+[!！]?(?=[)\]}\"'’”»」』*_~]*(?:\s|$)|(?<=[？؟])|(?<=[？؟][!！]))")
"""The end of a question: not the mark of an address, a type or a placeholder."""

_SPOKEN_TO = r"""
    \b(?: you | your | yours | want\ me )\b
    | \b(?: should | shall | may | can | could | do | must ) \ i \b
    | \b(?: should | shall ) \ we \b | \bdo\ we\ (?:want|need|prefer) \b
    | \b(?: vous | tu | usted(?:es)? | quieres | deseas | você | vuoi | möchtest | möchten | soll\ ich | sollen\ wir )\b
    | [你您吗] | ます?か | ですか | ましょうか | \b(?:вы|вам|ты|тебе)\b
    """

SPOKEN_TO = _words(_SPOKEN_TO)
"""The person is spoken to in so many words."""

YOU = _words(r"\b(?:you|your|yours|want\ me)\b")
"""The person is named."""

ADDRESSED = _words(
    _SPOKEN_TO
    + r"""
    | \bwould\ it\ (?: make\ sense | be\ (?: ok | okay | alright | acceptable | useful | helpful | better | worth ) )\b
    | \bis\ it\ (?: ok | okay | fine | alright )\ (?: if | to | for )\b
    | \bdoes\ (?:that|this)\ (?: work | sound | look | match )\b
    | (?: ^ | [—–:;,.-]\ )\W{0,8}(?: (?:so|and|or|ok|okay|now|then|also),?\ )?
      (?: want | ready | proceed | continue | go\ ahead | good\ to\ go | thoughts | objections | preference
        | ok | okay | sound(?:s)?\ good | how\ about | what\ about | prefer | care | agree(?:d)? | approve(?:d)? )\b
    | ^\W{0,8}(?: apply | match | fix | merge | commit | push | keep | use | include | skip | delete | remove | add
        | ship | deploy | start | try | move | rename | bundle | land | send | publish | switch | revert | go\ with )\b
    """
)
"""The person is spoken to, or asked for leave."""

ENGLISH = _words(r"\b(?:the|is|are|does|do|did|can|how|why|what|this|that|it|of|which|there|where|when|has|have)\b")
"""Words that make a sentence English enough for its other words to mean something."""

SELF_TALK = _words(
    r"""
    ^\W{0,8} (?: (?:so|now|ok|okay),?\  )?
      (?: hmm+ | wait | why | maybe | perhaps | but\ (?:why|what|how|does|is|wait) | interesting | or\ is\ it
        | what(?:['’]s|\ is)\ (?:happening|going\ on|wrong|causing|different|missing) )\b
    | ^\W{0,8} now,?\ (?:where|what|how|does|is)\b
    """
)
"""An agent thinks aloud."""

INVESTIGATES = _words(
    r"^\W{0,8}(?:(?:now|ok|okay|first|next|so|then|actually|wait),?\ )*(?:let\ me|let['’]s|i['’]ll|i\ will)\b"
)
"""What an agent says before it goes on by itself."""

ANSWERS_ITSELF = _words(
    r"""
    ^\W{0,8} (?: (?:yes|no|nope|yep)\b\s*[,.:;—–-] | yes,?\ it | probably\b | most\ likely\b | apparently\b
        | not\ really\b | looking\ at\b | (?:it\ )?turns\ out\b | the\ answer\ is\b
        | let\ me\ (?:check|look|see|verify|trace|try|test|find|read|search|think|handle|fix)\b )
    """
)
"""The sentence after a question gives the answer, or goes to look for it."""

EXPLAINS = _words(
    r"""
    ^\W{0,8} (?: (?:so|and|now|but),?\  )?
      (?: why | what\ happens | what\ does\ (?:this|that|it)\ mean | how\ (?:do|does|did|can|would)\ you\ know )\b
    """
)
"""Questions that stand before their own answer."""

POSED = _words(r"^\W{0,8}(?!how\ about)(?:what|who|where|when|why|how|does|do|did|is|are|can|could)\b")
"""A question as one may put it to oneself."""

WONDERS = _words(r"\b(?:you|one|people|someone)\ (?:may|might|could|would)\ (?:ask|wonder|be\ wondering|think)\b")
"""Somebody else's question is quoted."""

COURTESY = _words(
    r"""
    ^\W{0,8} (?: (?: (?:is|was)\ there | do\ you\ (?:need|want) | did\ you\ need | need | would\ you\ like
               | can\ i\ help.{0,20} )\  )?
      (?: anything | something | what ) \ else \b
    | ^\W{0,8} (?: do\ you\ have\ | have\ | got\ )? any\ (?:other\ |more\ |further\ |follow-up\ )?questions\b
    | \b(?:how|what)\ (?:else\ )?(?:can|may|could)\ i\ (?:help|assist|do\ for)\b
    | ^\W{0,8} (?: does\ (?:that|this|it|all\ of\ that)\ )? (?: make\ sense | help | answer\ your\ question )\W{0,8}$
    """
)
"""Politeness at the end of an answer: nothing waits for a reply."""

ASKING_PART = _words(
    r"""
    \b(?: (?:open\ |clarifying\ |key\ )?questions? | clarif\w+ | decisions? | decide | confirm(?:ation)?
        | need\ (?:to\ know|your|from\ you) | your\ (?:input|answers?|call|preferences?|decision)
        | before\ (?:i|we)\ (?:start|begin|go|proceed|continue|implement) | answer )\b
    """
)
"""A heading, or a line that ends in a colon, under which everything asked is asked of the person."""

NOT_ASKING_PART = _words(
    r"\bfaq\b | frequently | common\ questions | answered | \bq\s?&\s?a\b | questions?\ (?:it|they)\ answers?"
)
"""Headings that speak of questions without asking any."""

OPEN_WORD = _words(r"^\W{0,8}(?:which|what|who|whom|whose|where|when|why|how)\b")
"""Begins an open question."""

DECISION = _words(
    r"""
    ^\W{0,8} should\b
    | (?: ^ | [,;:—–-]\ )\W{0,8} (?:how|when|where|what|which|who|whether)\b [^,;:]{0,60}? \b(?:should|shall)\b
    """
)
"""Something is to be decided, though nobody is named who should."""

LEAD = _words(
    r"""
    \b(?: would\ you\ (?:like|prefer|rather) | want\ me | do\ you\ (?:want|prefer) | (?:should|shall)\ (?:i|we)
        | ^\W{0,8}want ) \b [^.?!]{0,60} [:：]\W{0,8}$
    | \b(?:pick|choose|select)\ (?:one|an?\ option|between)\b [^.?!]{0,30} [:：]\W{0,8}$
    """
)
"""A question whose end is the list below it."""

REQUEST = _words(
    r"""
    (?: ^ | [,;:—–.!]\ | \b(?:so|and|or|then|just|please|otherwise)\ | \ -\  )\W{0,8}
    (?:
      let\ me\ know\ (?: which | what | how | when | where | who | whether | your
                       | if\ (?: you(?:['’]d|\ would|\ want|\ prefer|\ do) | (?:i|we)\ should | that | this | it ) )
      | tell\ me\ (?: which | what | how | when | where | who | whether | if | your | more\ about )
      | please\ (?: confirm | choose | pick | select | specify | clarify | tell\ me | advise | decide | answer | approve
                  | provide | share | paste | let\ me\ know\ (?:which|what|how|whether|your) )
      | (?:just\ )? say\ \W{0,8}(?: the\ word | go | yes | ok | commit | proceed )\b
      | reply\ (?: with\b | x{3,} | yes | ok )
      | (?:pick|choose|select)\ (?: one\b | an?\ option | between\b | [a-d1-9]\b(?=[,/ ]) )
      | (?: i(?:['’]m|\ am)\  )? (?:waiting\ (?:for|on)|awaiting)\ your
        \ (?: go\b | go-ahead | ok\b | okay | approval | answer | confirmation | decision
          | reply | response | input | feedback | choice | call )
      | i\ need\ you\ to\ (?: confirm | choose | decide | tell | provide | pick | approve | share | specify )
      | i\ need\ to\ know\ (?: which | what | whether | how | if )
      | (?:it['’]s\ |that['’]s\ )? your\ call\ (?:on\ )?(?: which | what | whether | how )
    )
    | ^\W{0,8}confirm\ (?: that | whether | which | if | and | to | the | you )
    """
)
"""A question without a mark: the person is told to decide or to tell something."""

POLITE_REQUEST = _words(
    r"""
    let\ me\ know\ if\ you(?:['’]d|\ would|\ do)?\ (?: have | need | run\ into | hit | encounter | see | find | notice
        | get | like\ (?:any|more|further) | want\ (?:any|more|further) )
    | ^\W{0,8}if\ (?:you|it|this|that|there|any\w*|some\w*)\b .* \blet\ me\ know\b
    | let\ me\ know\ (?:if|how)\ (?:this|that|it)\ (?:help|work|goes)
    | let\ me\ know\ if\ .{0,30}\b(?:any|anything|something)\ (?:else|unclear|questions?)
    """
)
"""A request that only rounds off an answer."""

EXAMPLE = _words(r"^\W{0,8}(?:e\.?g\.|for\ example|such\ as|note\b)")
"""What stands below a question is an example of what is meant."""

ALTERNATIVES = _words(r"\bor\b | ^[^,?]+,[^,?]+,[^,?]+[?]\W{0,4}$")
"""One line that offers several answers."""

ASKS_TO_CHOOSE = _words(
    r"""
    \b(?:what|which|how)\b [^?]{0,20}
    \b(?: would\ you\ (?:like|prefer) | do\ you\ (?:want|prefer|think) | (?:should|shall)\ (?:i|we) )\b
    (?! [^?]{0,40}\b(?:call|name|handle)\b )
    """
)
"""After a list, this asks which of it."""
