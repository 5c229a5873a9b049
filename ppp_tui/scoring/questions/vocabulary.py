"""The words by which a question to the user is distinguished from one that an agent asks itself.

Almost all that agents say to people is English; of other languages the words that speak to the user and ask for a reply
are known, and a question in other words is taken at its mark where the text ends.
"""

from __future__ import annotations

import re

from ppp_tui.model.patterns import lazy_pattern


def word_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern of words, whatever their case, in which spaces and comments do not count."""
    return lazy_pattern(pattern, re.IGNORECASE | re.VERBOSE)


_MARK = r"[?？؟]+[!！]?(?=[)\]}\"'’”»」』*_~]*(?:\s|$)|(?<=[？؟])|(?<=[？؟][!！]))"
MARK = lazy_pattern(_MARK)
"""The end of a question: not the mark of an address, a type or a placeholder."""

SENTENCE_END = lazy_pattern(rf"{_MARK}|。")
"""The end of a question, or of a sentence in Chinese or Japanese, behind which no space stands."""

_SPOKEN_TO = r"""
    \b(?: you | your | yours | want\ me )\b
    | \b(?: should | shall | may | can | could | do | must ) \ i \b
    | \b(?: should | shall ) \ we \b | \bdo\ we\ (?:want|need|prefer) \b
    | \b(?: vous | tu | toi | usted(?:es)? | te | quieres? | deseas? | prefieres? | puedes | podrías | debo | debería
          | você | vuoi | puoi | preferisci | devo | quer | prefere | devo )\b
    | \b(?:dois|devrais|puis)-je\b | \bfaut-il\b | \bpeux-tu\b
    | \b(?: möchtest | möchten | willst | wollen\ sie | kannst\ du | könntest\ du | können\ sie | könnten\ sie
      | darf\ ich
          | soll\ ich | sollen\ wir | dir | ihnen | brauchst | bevorzug\w+ | einverstanden )\b
    | [你您吗] | (?:需要|要)我 | ます?か | ですか | でしょうか | ましょうか | よろしい | (?:까요|니까|나요
      |은가요|인가요|실래요)
    | \b(?:вы|вам|ты|тебе)\b
    """

SPOKEN_TO = word_pattern(_SPOKEN_TO)
"""The user is spoken to in so many words."""

YOU = word_pattern(r"\b(?:you|your|yours|want\ me)\b")
"""The user is named."""

ADDRESSED = word_pattern(
    _SPOKEN_TO
    + r"""
    | \bwould\ it\ (?: make\ sense | be\ (?: ok | okay | alright | acceptable | useful | helpful | better | worth ) )\b
    | \bis\ it\ (?: ok | okay | fine | alright )\ (?: if | to | for )\b
    | \bis\ (?:that|this|it)\ (?:also\ )?(?: ok | okay | fine | alright | acceptable )\W{0,8}$
    | \b(?:is|was)\ it\ (?:intended|intentional|deliberate|wanted|by\ design)\ (?:that|to|for)\b
    | \bdoes\ (?:that|this)\ (?: work | sound | look | match )\b
    | (?: ^ | [—–:;,.-]\ )\W{0,8}(?: (?:so|and|or|ok|okay|now|then|also),?\ )?
      (?: want | ready | proceed | continue | go\ ahead | good\ to\ go | thoughts | objections | preference
        | ok | okay | sound(?:s)?\ good | how\ about | what\ about | prefer | care | agree(?:d)? | approve(?:d)? )\b
    | ^\W{0,8}(?:option\ )?(?:[a-d]|x{2,})(?:,\ [a-d]){0,2},?\ or\ (?:[a-d]|x{2,})\W{1,4}$
    | ^\W{0,8}(?: apply | match | fix | merge | commit | push | keep | use | include | skip | delete | remove | add
        | ship | deploy | start | try | move | rename | bundle | land | send | publish | switch | revert | go\ with )\b
    """
)
"""The user is spoken to, or asked for leave."""

ENGLISH = word_pattern(
    r"\b(?:the|is|are|does|do|did|can|how|why|what|this|that|it|of|which|there|where|when|has|have)\b"
)
"""Words that make a sentence English enough for its other words to mean something."""

SELF_TALK = word_pattern(
    r"""
    ^\W{0,8} (?: (?:so|now|ok|okay),?\  )?
      (?: hm+ | wait | why | maybe | perhaps | but\ (?:why|what|how|does|is|wait) | interesting | or\ is\ it
        | what(?:['’]s|\ is)\ (?:happening|going\ on|wrong|causing|different|missing) )\b
    | ^\W{0,8} (?: now,?\ (?!that\b) | first\ check\b | next\b | then\b | let['’]?s\b )
    | ^\W{0,8} (?:(?:so|but|and|the|here['’]s|one|another|last)\ )*
      (?: decisive | crucial | real | key | big | interesting | obvious | natural | acid
        | critical )\ [^?:,—–]{1,40}[:,—–]
    | ^\W{0,8} (?:(?:so|but|and|the|here['’]s|one|another|last|final|remaining|only)\ )*
      (?: test | check | experiment | puzzle | mystery | surprise | doubt | suspicion
        | hypothesis )\b[^?:,—–]{0,30}[:,—–]
    """
)
"""An agent thinks aloud."""

INVESTIGATES = word_pattern(
    r"""
    \W{0,8}(?:(?:now|ok|okay|first|next|so|then|actually|wait),?\ )*
    (?: let\ me\b(?!\ know) | let['’]s\b
      | i(?:['’]ll|\ will)\b (?!\ (?: wait | hold | pause | stop | need | leave | assume | default | not\b | only\b ))
        (?! [^.?!]*\b(?:unless|otherwise|once\ you|when\ you|if\ you)\b )
      | i(?:['’]m|\ am)\ (?:checking|going\ to|now) )
    """
)
"""What an agent says before it goes on by itself."""

TEASES = word_pattern(r"^\W{0,8}(?:want|need|curious|looking)\b(?!\ me\b)")
"""Begins a question to which the sentence after it says what to do."""

INSTRUCTS = word_pattern(
    r"\W{0,8}(?:just\ |simply\ )?(?:run|try|use|see|open|pass|set|check|visit|call|press|type|start|add|read)\b"
)
"""The sentence after a question says what to do."""

ANSWERS_ITSELF = word_pattern(
    r"""
    ^\W{0,8} (?: (?:yes|no|nope|yep)\b\s*[,.:;—–-] | yes,?\ it | probably\b | most\ likely\b | apparently\b
        | not\ really\b | (?:covered|handled|unchanged|because)\b | looking\ at\b | (?:it\ )?turns\ out\b
          | the\ answer\ is\b
        | let\ me\ (?:check|look|see|verify|trace|try|test|find|read|search|think|handle|fix)\b )
    """
)
"""The sentence after a question gives the answer, or goes to look for it."""

EXPLAINS = word_pattern(
    r"""
    ^\W{0,8} (?: (?:so|and|now|but),?\  )?
      (?: why | what\ happens | what\ does\ (?:this|that|it)\ mean
        | how\ (?:do|does|did|can|would)\ (?:you|i|we)\ know )\b
    """
)
"""Questions that stand before their own answer."""

POSED = word_pattern(r"^\W{0,8}(?!how\ about)(?:what|who|where|when|why|how|does|do|did|is|are|can|could)\b")
"""A question as one may put it to oneself."""

WONDERS = word_pattern(
    r"""
    \b(?:you|one|people|someone)\ (?:may|might|could|would)\ (?:ask|wonder|be\ wondering|think)\b
    | ^\W{0,8} (?:(?:so|and|as|since|when|if)\ )? you(?:['’]ve|['’]re|\ are|\ were|\ have)?\ (?:ask(?:ed|ing)?
      |wonder(?:ed|ing)?)\b
    | \b(?:message|subject|comment|prompt|question|heading)\ (?:is|was|reads)\ *[:—]
    | \b(?:asks|prompts?|prints|says|reads|shows|displays|asked|named|called|titled)\ *[:—]
    | ^\W{0,8}(?:to-?do|fix-?me|hack|note\ to\ self)\b\ *(?:\([^)]{0,40}\))?\ *[:—](?![^?]*\byou)
    """
)
"""Somebody else's question is quoted, or a note to oneself."""

COURTESY = word_pattern(
    r"""
    ^\W{0,8} (?: (?: (?:is|was)\ there | do\ you\ (?:need|want) | did\ you\ need | need | would\ you\ like
               | can\ i\ help.{0,20} )\  )?
      (?: anything | something | what ) \ else \b (?! \ (?: (?:did|have|had)\ you | should\ (?!i\b) | must | does )\b )
    | ^\W{0,8} (?: do\ you\ have\ | have\ | got\ )? any\ (?:other\ |more\ |further\ |follow-up\ )?questions\b
    | \b(?:how|what)\ (?:else\ )?(?:can|may|could)\ i\ (?:help|assist|do\ for)\b
    | \bsonst\ noch\ (?:etwas|was)\b | \bnoch\ fragen\b | \bautre\ chose\b | \balgo\ más\b | \bqualcos['’]altro\b
    | (?:还有|还需要)(?:什么|其他|别的) | (?:他|ほか)に(?:何か|ご)
    | (?:ご?質問|ご?不明な?点)(?:など)?(?:は|が)(?:あり|ござい) | 더\ (?:필요|도와|궁금)
    | ^\W{0,8} (?: does\ (?:that|this|it|all\ of\ that)\ )? (?: make\ sense | help | answer\ your\ question )\W{0,8}$
    | ^\W{0,8} (?: not\ bad | pretty\ \w+ | nice | neat | cool | great | impressive ),?\ (?:right|huh|eh|no)\W{0,8}$
    """
)
"""Politeness at the end of an answer: nothing waits for a reply."""

ASKING_PART = word_pattern(
    r"""
    \b(?: (?:open\ |clarifying\ |key\ )?questions? | clarif\w+ | decisions? | decide | confirm(?:ation)?
        | need\ (?:to\ know|your) | need\b.{0,40}\ from\ you | your\ (?:input|answers?|call|preferences?|decision)
        | before\ (?:i|we)\ (?:start|begin|go|proceed|continue|implement) | answer )\b
    """
)
"""A heading, or a line that ends in a colon, under which everything asked is asked of the user."""

NOT_ASKING_PART = word_pattern(
    r"\bfaq\b | frequently | common\ questions | answered | \bq\s?&\s?a\b | questions?\ (?:it|they)\ answers?"
    r"| \b(?:summary|recap|based|given|per)\b .{0,20} \byour\ answers?\b"
)
"""Headings that speak of questions without asking any."""

OPEN_WORD = word_pattern(r"^\W{0,8}(?:which|what|who|whom|whose|where|when|why|how)\b")
"""Begins an open question."""

DECISION = word_pattern(
    r"""
    ^\W{0,8} should\b
    | (?: ^ | [,;:—–-]\ )\W{0,8} (?:how|when|where|what|which|who|whether)\b [^,;:]{0,60}? \b(?:should|shall)\b
    """
)
"""Something is to be decided, without a word about who should."""

LEAD = word_pattern(
    r"""
    \b(?: would\ you\ (?:like|prefer|rather) | want\ me | do\ you\ (?:want|prefer) | (?:should|shall)\ (?:i|we)
        | ^\W{0,8}want ) \b [^.?!]{0,60} [:：]\W{0,8}$
    | \b(?:can|could|would|will)\ you\ (?:please\ )?(?:share|provide|tell|send|give|confirm|clarify|specify|paste)\b
      [^.?!]{0,60} [:：]\W{0,8}$
    | \b(?:pick|choose|select|decide)\ (?:one|an?\ option|between)\b [^.?!]{0,30} [:：]\W{0,8}$
    """
)
"""A question whose end is the list below it."""

EXAMPLE = word_pattern(r"^\W{0,8}(?:e\.?g\.|for\ example|such\ as|note\b)")
"""What stands below a question is an example of what is meant."""

ALTERNATIVES = word_pattern(r"\bor\b | ^[^,?]+,[^,?]+,[^,?]+[?]\W{0,4}$")
"""One line that offers several answers."""

ASKS_TO_CHOOSE = word_pattern(
    r"""
    \b(?:what|which|how)\b [^?]{0,20}
    \b(?: would\ you\ (?:like|prefer) | do\ you\ (?:want|prefer|think) | (?:should|shall)\ (?:i|we) )\b
    (?! [^?]{0,40}\b(?:call|name|handle)\b )
    """
)
"""After a list, this asks which of it."""

HANDS_BACK = word_pattern(
    r"""
    \bi(?:['’]ll|\ will|['’]m|\ am)\ (?:then\ )?(?:hold|wait|paus|stopp?|stand)\w*\b | \bwaiting\ (?:for|on)\ you
    | \b(?:once|until|unless|after|when|as\ soon\ as)\ you\b | \bif\ (?:so|not|yes|no|you)\b | \botherwise\b
      | \bup\ to\ you\b
    | \byour\ (?:call|choice|decision)\b | \blet\ me\ know\b | \b(?:either|both)\ (?:way|works?|is|are|would)\b
    | \bi(?:['’]d|\ would)\ (?!say|guess|expect|have) | \bmy\ (?:recommendation|default|vote|pick)
    | \bi\ (?:lean|recommend|suggest|assumed?|propose|defaulted|need)\b | \bby\ default\b | \brecommend(?:ed|ation)\b
    """
)
"""The sentence after a question leaves it to the user, or says what the agent would do."""

UNKNOWN = word_pattern(
    r"""
    \b(?:do|does|did)(?:n['’]t|\ not|\ nowhere)\ (?:say|specify|mention|state|tell|document|define|make\ (?:it
      |that)\ clear)\b
    | \b(?:says?|specif\w+|mentions?|found|find)\ (?:nothing|no)\b
    | \b(?:is|are|was)(?:n['’]t|\ not|\ nowhere|\ un)\ ?(?:specified|documented|stated|clear|mentioned|defined
      |obvious|known)\b
    | \b(?:unclear|unspecified|undocumented|ambiguous|contradict\w*)\b
    | \bi\ (?:can(?:['’]t|not)|could(?:n['’]t|\ not))\ (?: find | tell | see | determine | decide | know | access
        | infer | verify | test | check | try | reach | reproduce | run | open | measure | confirm )\b
    | \bonly\ you\ (?:can|know|have)\b | \bi\ (?:have\ no|lack)\ (?:access|way|permissions?|insight|credentials)\b
    | \b(?:somebody|someone)\ (?:else\ )?(?:would\ have|would\ need|will\ have|needs?|has|ought)\ to\b
    | \bi\ (?:don['’]t|do\ not)\ (?:know|have|see)\b | \bno\ way\ to\ (?:tell|know)\b | \bi['’]?\ ?a?m\ not\ sure\b
    | \bi\ found\ no\b
    """
)
"""The sentence after a question says that the agent cannot find the answer."""

WEIGHS = word_pattern(
    r"^\W{0,8}if\b [^.?!]{0,200} \b(?:i|we)"
    r"(?:['’]ll|['’]d|\ can|\ could|\ should|\ must|\ have\ to|\ need\ to)\b"
)
"""The sentence after a question says what either answer to it means."""

QUESTION_LABEL = word_pattern(r"\W{0,8}(?:q|question)\W{0,3}\d{0,2}\W{0,8}\Z")
"""A label that stands as a sentence of its own before a question."""

WAITS = word_pattern(
    r"^\W{0,8}i(?:['’]m|\ am|['’]ll|\ will)\ (?:hold|wait|paus|stand)\w*\b | ^\W{0,8}(?:waiting|awaiting)\b"
)
"""The agent waits for the answer to a question, without asking one."""

PAST = word_pattern(
    r"^\W{0,8}(?:(?:so|and|but)\ )?(?:what|why|how)\b[^?]{0,40}\b(?:changed|happened|went|did|was|were|broke|failed)\b"
)
"""A question about what came to pass, as one puts it to oneself."""

CHOICE = word_pattern(r"\bor\b")
"""A question that names its answers."""
