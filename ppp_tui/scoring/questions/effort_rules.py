"""The rules by which a question's effort is judged by its words, in order: the first that fits decides.

What counts is the work of the shortest useful reply. Leave for the agent's own work is low however much work it is; a
reply that must be fetched by running, looking up or asking others is high however short it is. The trajectory documents
name "Should I investigate X?" as high: that one form stays so.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.question import Effort
from ppp_tui.scoring.questions import effort_words as words


class EffortRule(NamedTuple):
    """A rule for the effort: its name, the level that it decides for, and what it looks for."""

    name: str
    level: Effort
    guards: tuple[str, ...]
    """Of these one is in the lower-case text wherever the pattern fits; none needed if empty."""
    pattern: re.Pattern[str]


_PATTERNS: tuple[tuple[str, Effort, str, str], ...] = (
    (
        "leave",
        "low",
        "confirm|approv|ok|go",
        r"\b(?:confirm|approve|approval|ok|okay|go[\ -]ahead)\b[^.?!]{0,60}\bbefore\b",
    ),
    (
        "deep work",
        "high",
        "should",
        r"\bshould\ (?:i|we)\ (?:investigate|research|analy[sz]e|determine)\b",
    ),
    (
        "choice",
        "low",
        "or",
        r"""
        ^(?! .* (?: ^\W* | [,;:—–-]\ ) (?: what | how | where | when | who | why )\b)
        .* \b(?: (?:should|shall)\ (?:i|we) | want | would\ you\ like | would\ you\ prefer )\b .* \bor\b
        """,
    ),
    (
        "leave for the agent's work",
        "low",
        "want me|should|shall|like me|can i|may i|could i|if i|mind",
        r"""
        ^(?! .* \b(?:(?:any|some)thing|or)\b ) (?! .* (?: ^\W* | [,;:—–-]\ | \band\ ) (?: what | which | how | where
          | when | who | why )\b)
        .* \b(?: want\ me\ to | like\ me\ to | should\ (?:i|we)\ (?:also\ |first\ )?(?!do\b|know\b)
          | shall\ (?:i|we) | may\ i | can\ i | could\ i
          | (?:ok|okay|fine|alright|mind)\ if\ i )\b
        """,
    ),
    (
        "best way",
        "high",
        "best|right|correct|safest|cleanest",
        r"""\bwhat(?:['’]s|\ is|\ would\ be)\ the\ (?:best|right|correct|safest|cleanest)
        \ (?:way|approach|strategy|architecture|design|solution)\b""",
    ),
    (
        "deep decision",
        "high",
        "architect|trade|strateg|root|how should",
        words.CLAUSE
        + r"""(?:what|how)\b (?!.*,\ .*\bor\b) (?!.*\byou\ willing)
        .* \b(?: architect\w+ | trade-?offs? | strateg\w+ | root\ cause )\b
        | """
        + words.CLAUSE
        + r"""how\ should\ (?:the|our|this)\ (?:[\w-]+\ ){0,2}(?:model|schema|pipeline|protocol|hierarchy)
        \ (?:look|be\ (?:structured|designed|modelled|modeled|organi[sz]ed))\b""",
    ),
    (
        "details",
        "medium",
        "you|please",
        words.ASK
        + r"""(?: give | provide | share | tell | send )\b [^.?!]{0,30}
        \b(?: details? | more | context | information | preferences? | examples? | idea | feedback | thoughts )\b
        """,
    ),
    (
        "work for the user",
        "high",
        "you|please",
        words.ASK
        + r"""
        (?: check | run | re-?run | verify | test | try | look | find | point | reproduce | install | set\ up
          | upload | open
          | attach | export | measure | time | bisect | compare | count | query | ask | connect | plug
            | restart | reboot
          | reload | click | inspect | debug | profile | record | capture | create | generate | get | grant | log\ in
          | sign\ in | enable | disable | start | deploy | paste | post | dig | double-?check | search
          | configure | add | update | push | pull | download | fetch
          | rotate | revoke | renew | unlock | (?:take|have)\ a\ look
        | list\ (?:the|all)\b (?! [^?]{0,40}
            \b(?:roles|rules|steps|cases|criteria|features|requirements|users|people)\b ) )\b
        """,
    ),
    (
        "work for the user",
        "high",
        "look|with|attach|share|send|paste|upload|post",
        r"""
        ^\W*(?: look | (?:have|take)\ a\ look )\ (?:at|into)\b
        | ^\W*(?: attach | share | send | paste | upload | post )\ (?:me\ )?(?:the|your|an?)\b
        | \b(?:confirm|check|clarify|verify|agree|clear)\ (?:it\ |this\ |that\ )?with\ (?!(?:me|us|you|an?|yes)\b)
        """,
    ),
    (
        "something to fetch",
        "high",
        "you|please|tell me|let me know|i need",
        r"(?:"
        + words.ASK
        + r"| \btell\ me\ | \bi\ need\ )(?: (?:share|send|provide|give|show|tell|the)\b [^.?!]{0,60} "
        + words.ARTEFACT
        + r")",
    ),
    (
        "something to fetch",
        "high",
        "id|secret|key|credential|token|account|production|prod|staging|live",
        r"""^\W*(?:(?:the|an?|your)\ )?(?:[\w-]+\ ){0,3}(?: client\ (?:id|secret) | (?:api|access|secret|private)\ keys?
          | credentials? | access\ tokens? | (?:test|service|admin|demo)\ accounts?
          | (?:production|prod|staging|live)\ (?:value|setting|url|id|version|credential)s? )\b [^?]{0,60}$""",
    ),
    (
        "work, asked politely",
        "high",
        "mind",
        r"""
        \bwould\ you\ mind\ (?: check | runn | test | try | tim | look | measur | shar | send | verify | open | bisect
          | ask | find | reproduc | restart | captur | record | compar )\w*ing\b
        """,
    ),
    (
        "observation",
        "high",
        "what|which|are you",
        words.OBSERVATION,
    ),
    (
        "look at what runs",
        "high",
        "production|prod|staging|live|someone|somebody|anyone|safari|firefox|chrome|ios|android|windows|macos|device",
        r"""
        \b(?:what(?:['’]s|\ is|\ are)|how\ (?:long|fast|large|big|many|much)|which\ version)\b
          (?! [^?]*\b(?:should|shall|want)\b ) [^?]{1,90} \b(?:in|on)\ (?:the\ )?(?:production|prod|staging|live)\b
        | \b(?:how\ (?:long|fast|large|big|many|much|old)|what(?:['’]s|\ is|\ are))
          \ (?:is\ |are\ |does\ |do\ )?(?:the|your)\ (?:production|prod|staging|live)\b
          (?! [^?]*\b(?:should|shall|want)\b )
        | \b(?:which|where|when|how)\b (?! [^?]*\b(?:should|shall|want|you|we|i)\b ) [^?]{1,90}
          \b(?:in|on)\ (?:the\ )?(?:production|prod|staging)\W*$
        | \b(?:can|could)\ (?:someone|somebody|anyone)\b [^?]{0,60}
          \b(?:confirm|check|verify|run|look|tell|test|try|enable|grant|give|add|approve|set|unlock)\b
        | ^\W*(?:does|do|did)\ (?!you\b|we\b|i\b)[^?]*
          \b(?:work|fail|crash|happen|appear|show|occur|reproduc)\w*\ (?:\w+\ )?(?:in|on)
          \ (?: safari | firefox | chrome | edge | ios | android | windows | macos | production | staging
            | (?:a|the)\ (?:real|physical) )\b
        """,
    ),
    (
        "count to look up",
        "high",
        "how many|how much|how long|how high|how large|how big|what|have you got|do you have the|when",
        r"""
        \bwhen\ (?:was|did|were)\ (?:the|your)\ (?:last|latest|most\ recent)\b
        | \bhow\ (?:many|much)\ [^?]{0,40}\b(?: are\ (?:there|in) | does | did | currently )\b
        | \bhow\ long\ (?:does|do|did)\ [^?]{1,60}\ (?:take|run|last)\b
        | \b(?:what|how\ (?:high|much|large|big))\b
          (?! [^?]*\b(?:should|shall|want|aim|target|accept\w*|need|goal|budget)\b ) [^?]*
          \b(?: (?:memory|cpu|disk|heap)\ (?:usage|use|footprint|consumption|load) | p50 | p9\d | throughput
            | (?:error|hit)\ rate | latency )\b
        | \b(?:have\ you\ got|do\ you\ have)\ the\ (?:exact\ |full\ )?(?:\w+\ )?(?:number|id|key|log|output
          |trace|address|link|url)\b
        """,
    ),
    (
        "trial",
        "high",
        "your |now|still|after|when|if |once|with|see|reproduce|match|did |is |are |have|has |confirm|does|tell|know",
        words.TRIAL,
    ),
    (
        "work for the user, not in English",
        "high",
        "",
        r"""
        \b(?:kannst\ du|könntest\ du|können\ sie|könnten\ sie|bitte)\b (?![^?]*\bich\b) [^?]{0,80}
          \b(?: nachsehen | nachschauen | prüf\w* | ausführ\w* | testen? | schick\w* | überprüf\w*
            | herausfinden | starten )\b
        | \b(?:peux-tu|pouvez-vous|pourriez-vous|pourrais-tu)\b [^?]{0,60}
          \b(?: lancer | vérifier | regarder | envoyer | tester | exécuter | essayer | consulter | installer )\b
        | \b(?:puedes|podrías|puede|podría)\b [^?]{0,60}
          \b(?: comprobar | verificar | ejecutar | enviar\w* | mirar | revisar | probar | mostrar\w* | instalar )\b
        | (?:実行|送っ|送信|試し|貼り付け|調べ|共有|テスト|見せて) .{0,12} (?:ください|下さい|もらえ|いただけ)
          | 何と表示 | (?:ログ|画面).{0,10}何 | 显示(?:了)?什么 | 报什么错
        | (?:能|可以|能否|请) .{0,12} (?:运行|检查|查看|测试|发给|上传|试一下|查一下|执行|截图)
        | (?:실행|테스트|보내|공유|조회)\S{0,4}\ ?(?:주시|주실|주세요|줄\ 수) | (?:로그|화면
          |콘솔)\S*\ .{0,20}(?:표시|나오|뜨|보이)
        """,
    ),
    (
        "direction",
        "medium",
        "how ",
        r"""
        \bhow\ (?:should|shall|would\ you\ like|do\ you\ want)\ (?:i|we|me)
        \ (?:to\ )?(?:proceed|continue|go\ on|move\ on)\b
        """,
    ),
    (
        "explanation",
        "medium",
        "you|please|walk|describe|explain|give me",
        words.ASK
        + r"""(?: tell | clarify | remind | say | describe | explain | elaborate | walk | give | provide
          | outline | share
        | list | write | draft | summari[sz]e | sketch )\b
        | \bgive\ me\ [^.?!]{0,30}\b(?:sentences|words|lines|paragraphs?|bullets?)\b""",
    ),
    (
        "open end",
        "medium",
        "or |thing",
        r"""
        \bor\ (?:what|something\ else|anything\ else)\b
        | \b(?:there|with|do|have|want)\ (?:any|some)thing\ (?:\w+\ )?(?:specific|particular)\b
        """,
    ),
    (
        "preference",
        "low",
        "do you|would you",
        words.CLAUSE
        + r"""(?:do|would)\ you
        \ (?:have\ (?:a|any)\ (?:strong\ |particular\ )?(?:preference|objections?)|mind|agree|prefer|want
          |like|approve)\b
        (?! [^?]{0,60}\b(?:or\ (?:what|something)) )""",
    ),
    (
        "listed answers",
        "low",
        ":|：",
        r"^[^?:]{0,60}\b(?:you\ (?:like|want|prefer|rather)|want\ me|(?:should|shall)\ (?:i|we))\b[^?:]{0,30}[:：]",
    ),
    ("suggestion", "low", "about", words.CLAUSE + r"(?:how|what)\ about\b"),
    (
        "recall",
        "medium",
        "there|do you|any|thoughts",
        r"""
        \b(?: are | is | were )\ there\ (?:an?|any\w*|other|others|more|specific|particular|some)\b
        | \bdo\ you\ (?: have\ (?:any|a\ |an\ |some|specific) | know | remember | recall )\b
        | ^\W*(?:\d+[.)]\ )?any(?:thing|one)?\ (?!objections?|problem|preferences?)
        | ^\W*thoughts\b
        """,
    ),
    (
        "choice, not in English",
        "low",
        "",
        r"""
        \b(?: oder | oppure | ou\ bien | quale | quali | qual | cuál | welche[rsnm]?\ (?:von|der|beiden)
            | soll\ ich | sollen\ wir | darf\ ich | mau\ saya | te\ gustaría | quieres\ que | gostaria
              | voulez-vous\ que | veux-tu\ que
            | souhaite[sz] | möchtest | vuoi | préf\w+ | prefier\w+ | faut-il | dois-je | debo | puis-je )\b
        | \b(?:sag|nenn)\w*\b [^.?!]{0,30} \b(?:welche\w?|ob)\b | どの(?!ような) [^。？?]{0,20} (?:使|選|し|お望み)
        | 아니면 | 까요 | 할지 | 还是 | 哪 | (?:需要|要)我 | それとも | ましょうか | どちら | よろしい
        """,
    ),
    (
        "open question, not in English",
        "medium",
        "",
        r"""
        (?:^\W*|[,:.;—–]\ )(?: was\ (?:soll|ist|sind|macht|passiert|braucht|möchte|willst|kann|muss|darf|hat
          |hast|wird|wäre)\w* | wie | wer | warum | wann | wo | wozu | welche | qu['’]est-ce | que | quels?
            | quelles? | comment | pourquoi
          | quand | qué | cómo | quién | cuándo | dónde | come\ (?:devo|si|va|vuoi) | cosa | perché | como
            | quando | onde )\b | \b(?:por\ qué|para\ qué)\b
        | ¿(?:qué|cómo|quién|cuándo|dónde|cuánt\w+|por)
        | 何 | どう | どの | どんな | 誰 | いつ | なぜ | どこ | 什么 | 怎么 | 怎样 | 如何 | 谁 | 多少 | 무엇
          | 뭐 | 어떻게 | 누가 | 누구 | 언제 | 왜\b | 어떤 | 어디
        """,
    ),
    (
        "choice after an open word",
        "low",
        "or",
        words.CLAUSE + r"(?:what|which|where|how|who|when)\b[^?(]*[,:—–]\ *[^?(]*\bor\b",
    ),
    (
        "value at hand",
        "low",
        "your|what|which|who|how many|how long",
        r"""
        \bwhat(?:['’]s|\ is)\ your\ (?:\w+\ )?
        (?:name|time\ ?zone|username|handle|email|preference|choice|preferred\ \w+|os|platform|deadline|budget)\b
        | \b(?:what|which)\ (?: port | name | title | colou?r | version | branch | region | email | domain | path
            | folder | directory | prefix | suffix | timeout | date | currency | language | license )
          \ (?: should | shall | do\ you\ want | would\ you\ like | do\ we )\b
        | \bhow\ (?:many|long)\ [^?]{0,30}\b(?: would\ you\ like | do\ you\ want | should | may )\b
        | \bwhat\ should\ (?:the|our|its)\ [^?]{1,60}\b(?: size | limit | timeout | interval | threshold | port | name
          | title | label | prefix | number | count | maximum | minimum | colou?r | date | version | currency | key
          | path | url | folder )\ be\b
        | \bwhat\ (?: (?:should|shall)\ (?:i|we) | (?:would|do)\ you\ (?:like|want)\ to )\ (?:call|name)\b
        | \bwho\ should\ (?:be\b|i\ (?:add|assign|tag|ask)|own\b|review\b)
        """,
    ),
    (
        "open question",
        "medium",
        "what|how|where|when|who|why",
        words.CLAUSE + words.OPEN + r"\b | \bhow\ (?:many|much|long|often|big|large|strict)\b",
    ),
    (
        "open question after a lead",
        "medium",
        "what|how|where|why|which",
        r"""
        \b(?:under|in|to|for|from|by|with|at)\ (?:what|which|whom?)\b(?!\ (?:of|one))
        | \bwhich\ (?:[\w'’/-]+\ ){1,6}(?:matter|rely|are\ still|would|do\ your|did\ your|complain\w*)\b
        """,
    ),
    (
        "tell me",
        "medium",
        "tell|know|clarify",
        r"""
        (?: ^\W* | [,;:.—–]\ | \b(?:and|so|just|please|then)\ )
        (?: tell\ me | let\ me\ know | i\ need\ to\ know | clarify )
        \ (?: what | how | where | when | who | why | more | about | your | a\ (?:bit|little) )\b
        """,
    ),
    ("choice", "low", "or|vs|y|option", r"\bor\b | \bvs\.?\b | \byes\s*/\s*no\b | \by/n\b | \boption\ [a-d1-4]\b"),
    (
        "enumeration",
        "medium",
        "which",
        r"""
        \bwhich\ (?:[\w/-]+\ ){0,2} (?!this|was|does|has)[\w/-]{3,}s
        \ (?: should | do | does | are | can | would | currently | need | must | will )\b
        """,
    ),
    (
        "choice",
        "low",
        "which|choose|select|pick|prefer|rather",
        r"\b(?: which | choose | select | pick | prefer\w* | rather )\b",
    ),
    (
        "permission",
        "low",
        "",
        r"""
        \b(?: should | shall | may | can | could | do )\ (?:i|we)\b | \bwant\b | \bwould\ you\ like\b | \blike\ me\ to\b
        | \b(?: proceed | go\ ahead | continue | ready | okay | ok | sound\ good | say\ the\ word | your\ call | approve
              | confirm | agree | approval | confirmation | go-ahead | sign-off )\b
        | \b(?:if|whether)\ (?:i|we)\ should\b
        """,
    ),
    (
        "yes or no",
        "low",
        "",
        words.CLAUSE
        + r"(?: is | are | am | do | does | did | was | were | has | have | had | will | would | can | could | should"
        r" | isn['’]t | aren['’]t | don['’]t | doesn['’]t )\b",
    ),
    (
        "yes or no, not in English",
        "low",
        "",
        r"吗 | 是否 | ますか | ですか | 습니까 | 십니까 | 나요 | \b(?:ist|sind|hat|est-ce|es|está|hay)\b",
    ),
    ("short", "low", "", r"^(?:\S+\s+){0,7}\S+$"),
)


def _rule(name: str, level: Effort, guards: str, pattern: str) -> EffortRule:
    compiled = lazy_pattern(pattern, re.IGNORECASE | re.VERBOSE)
    return EffortRule(name, level, tuple(guards.split("|")) if guards else (), compiled)


RULES = tuple(_rule(*row) for row in _PATTERNS)

WORK = frozenset({"work for the user", "something to fetch", "observation", "trial"})
"""Rules that ask for work whatever answers are offered."""
