"""The words of requests: what an agent tells the user to decide, fetch or say, without a question mark."""

from __future__ import annotations

from ppp_tui.scoring.questions.vocabulary import word_pattern

_REQUESTED = r"""
    (?:
      let\ me\ know\ (?: which | what | how | when | where | who | whether | your
                       | if\ (?: you(?:['’]d|\ would|\ want|\ prefer|\ do) | (?:i|we)\ should | that | this | it ) )
      | tell\ me\ (?: which | what | how | when | where | who | whether | if | your | the | more\ about
        | a\ (?:bit|little) | about )
      | please\ (?: check\ with | ask | find\ out | spell\ out | explain | outline )\b
      | please\ (?: list | send | upload | attach | describe | review\ (?:and|the\ plan) | grant | give\ me
        | show\ me | write | draft | name | state | record | capture | forward | look\ up | download | summari[sz]e
        )\b
      | please\ (?: verify | measure | check | test | try | run | time | compare )\ [^.?!]{1,120}
        \b(?:(?:on|in|with|at|from)\ your|on\ a\ real)\b
      | please\ (?:[^.?!]|[.?!](?=\w)){1,160} (?:\ and|,|\ then)\ (?:then\ )?(?:tell|send|share|paste|post|give|upload
        |report|show|let|attach|decide|choose|pick|confirm|see\ (?:if|whether|what|which))\b
      | please\ (?: confirm | choose | pick | select | specify | clarify | tell\ me | advise | decide | answer | approve
                  | provide | share | paste | let\ me\ know\ (?:which|what|how|whether|your) )
      | please\ (?:[^.?!]|[.?!](?=\w)){1,160}\ so\ (?:that\ )?i\ can\b
      | please,\ and\ (?:then\ )?(?:tell|send|share|paste|post|give|upload|report|show|attach)\b
      | tell\ me\ (?: x{3,} | ["“'`*] )
      | i\ need\ [^.?!:]{0,40}\ from\ you\ ?[:—–-]\ \w
      | (?:just\ )? say\ \W{0,8}(?: the\ word | which | what | whether | go | yes | ok | commit | proceed )\b
      | reply\ (?: with\b | x{3,} | ["“'`*] | yes | ok )
      | (?:pick|choose|select):\ \W?\w
      | (?:your\ (?:call|choice)|up\ to\ you)\ ?[:—–]\ \W{0,4}\w
      | (?:one|a|another|last|only)\ (?:thing|point|question|detail)\ (?:is\ |left\ )?(?:for\ you\ )?to\ decide
        \ ?[:—–]\ .*\bor\b
      | (?:type|enter|respond\ with)\ (?: x{2,} | ["“'`*]\w{1,12}["”'`*]+ )
        \ (?:to\ (?:confirm|continue|proceed|approve|go|start|apply|drop|delete|remove|run|merge|push|deploy|accept)
          |(?:if|when)\ you|and\ i)\b
      | give\ me\ (?:an?|some|two|three|a\ few|more|the|your)\ (?!(?:sec|second|moment|minute|bit|chance)\b)
      | (?:say|approve|answer|confirm|pick|choose|tell\ me\ to|attach|send|paste|share|upload|post|provide|drop|grant
        |download|fill\ in|point\ me\ to)\ [^.?!\n]{1,60}?
        ,?\ and\ i(?:['’]ll|\ will|\ start|\ continue|\ begin|\ go)\b
      | (?:before\ i\ (?:can\ )?|(?:in\ order\ )?to\ )(?:continue|proceed|go\ on|go\ (?:any\ )?further|start|begin
        |answer|move\ on|dig\ deeper|help\ further|reproduce\ (?:it|this|that))\b,?\ i
        (?:['’]ll|['’]d|\ will|\ would)?\ need\ (?:the(?!\ following)|an?|your|to\ know)\b
      | (?:i(?:['’]m|\ am|['’]ll|\ will)\ )(?:holding|waiting|pausing|stopping|standing\ by|wait|hold|stop
        |pause)\b (?:[^.?!]|[.?!](?=\w)){0,60}
        \b(?:until|for)\ you(?:r\ (?:go|ok|approval|answer|confirmation|decision|reply|response|input|feedback
          |choice|call))?\b
      | (?:once|as\ soon\ as)\ you(?:['’]ve|\ have)?\ (?:confirm|approve|decide|choose|pick|tell|answer|provide
        |share|give|say|let\ me\ know)\w*\b
      | give\ me\ (?:the|your|a)\ (?:word|go-ahead|go|ok|okay|green\ light)\b
      | ready\ (?:to\ [^.?!]{1,60}\ )?(?:on|at|upon)\ your\ (?:go|ok|okay|word|signal|mark|approval|confirmation)\b
      | ready\ (?:to\ [^.?!]{1,60}\ )?when(?:ever)?\ you(?:['’]re|\ are|\ say|\ give|\ confirm)\b
      | it(?:['’]s|\ is)\ up\ to\ you\ (?:if|whether|which|how|what|when)\b
      | i\ need\ (?:your|a)\ (?:decision|go-ahead|approval|answer|input|confirmation|choice|call|steer)\b
      | (?:pick|choose|select)\ (?: one\b | an?\ option | between\b | [b-d1-9]\b(?=[,/ ]) | a\b(?=[,/]|\ or\b) )
      | (?: i(?:['’]m|\ am)\  )? (?:waiting\ (?:for|on)|awaiting)\ your
        \ (?: go\b | go-ahead | ok\b | okay | approval | answer | confirmation | decision
          | reply | response | input | feedback | choice | call )
      | i\ need\ you\ to\ (?: confirm | choose | decide | tell | provide | pick | approve | share | specify )
      | i\ need\ to\ know\ (?: which | what | whether | how | if )
      | (?:it['’]s\ |that['’]s\ )? your\ (?:call|choice|decision)\ (?:on\ )?(?: which | what | whether | how )
    )
    """

_HANDED_OVER = r"""
    | \bi\ need\ an?\ (?:[\w-]+\ ){0,2}(?:screenshot|photo|video|recording)\ (?:of|from)\b
    | \bi\ need\ [^.?!:\n]{1,80}\ (?:from|on)\ (?:your|the\ (?:affected|failing|production|prod|staging|live))\b
    | \bi(?:['’]ll|\ will|\ can)\ [^.?!\n]{1,60}\ (?:once|when|as\ soon\ as)\ you(?:['’]ve|\ have)?
      \ (?:confirm|approve|decide|choose|pick|answer|give\ me)\w*\b
    | ,\ please[.!*_]{0,4}$
    """
"""What the user is to hand over or to say, in a sentence that may begin with anything."""

REQUEST = word_pattern(
    r"""
    (?: ^ | [,;:—–.!]\ | \b(?:so|and|or|then|just|please|otherwise|do)\ | \ -\  )\W{0,8}
    """
    + _REQUESTED
    + r"""    | ^\W{0,8}need\ (?:your|a)\ (?:decision|go-ahead|approval|answer|input|confirmation|choice|call|steer)\b
    | \b(?:missing|outstanding|needed)\ from\ you\ (?:is|are)\b
    """
    + _HANDED_OVER
    + r"""
    | ^\W{0,8}confirm\ (?: with | by | that | whether | which | if | and | to | the | you )
    """
)
"""A question without a mark: the user is to decide or to say something."""

REQUEST_ABROAD = word_pattern(
    r"""
    \bbitte\b [^.?!]{0,80} \b(?:sag\w* | bestätig\w* | wähl\w* | entscheid\w* | teil\w* | gib | geben
      | schick\w* | nenn\w* )\b
    | \b(?:sag|gib)\ mir\b (?:\ bitte)? [^.?!]{0,20} \b(?:bescheid|welche\w?|ob|wie|wann|wo|was)\b
    | \blass\ mich\ wissen\b
    | \b(?:dis|dites|fais|faites|indique[sz]?|envoie|envoyez)-moi\b
    | \b(?:merci\ de|veuillez)\ (?:me\ )?(?:confirmer|préciser|choisir|indiquer|fournir|dire|répondre)\b
    | \b(?:dime|avísame|avíseme|dígame|confírmame|indícame)\b
    | \bpor\ favor,?\ (?:confirm\w|elig\w|elij\w|indi[cq]\w+|dime|envía\w*|responde|me\ diga|escolh\w)\b
    | (?:教えて|知らせて|選んで|確認して|送って|お選び|ご確認|ご指示|お知らせ|共有して|指定して)(?:ください|下さい)
    | (?: ます | ません | ましょう | (?<!の)です | (?:よろしい|いい|良い)でしょう )か (?=[。.」』）)*_\s]*$)
    | [请請](?:您|你)?(?:告诉我|告訴我|确认|選擇|选择|提供|回复|决定|告知|指定|说明)
    | (?:告诉|告訴)我(?:你|您|哪|是否|要)
    | [请請][^。！？!?\n]{1,40}(?: [给給]我 | 发我 | 贴(?:出|上)来 )
      | 等(?:待)?(?:你|您)的?(?:确认|决定|回复)
    | (?:알려|선택해|확인해|말씀해|보내|결정해|골라)\ ?(?:주세요|주십시오)
    """
)
"""The same in other languages."""

MARKLESS = word_pattern(
    r"""
    \b(?: like | prefer | rather | want | want\ me | (?:should|shall)\ (?:i|we) | choose | pick
      | select | decide )\b [^.?!\n]{0,60} [:：][\s*_]*(?:\n|$)
    | \bconfirm\ (?: with | by | that | whether | which | if | and | to | the | you )
      | \bneed\b [^.?!\n]{0,40} \ from\ you\b
    | \bneed\ (?:your|a)\ (?:decision|go-ahead|approval|answer|input|confirmation|choice|call|steer)\b
    | \b(?:missing|outstanding|needed)\ from\ you\ (?:is|are)\b
    """
    + _HANDED_OVER
    + r"""
    | \b(?:can|could|would)\ you\ [^.?!\n]{0,60} [:：][\s*_]*(?:\n|$)
    | \b
    """
    + _REQUESTED
)
"""Whatever may be a question without a mark, looked for in text as it came."""

_ABROAD = (
    "itte",
    "ag mir",
    "gib mir",
    "lass mich",
    "-moi",
    "erci de",
    "euillez",
    "dime",
    "Dime",
    "vís",
    "ígame",
    "favor",
    "ndí",
    "írm",
    "ください",
    "下さい",
    "请",
    "請",
    "すか",
    "せんか",
    "しょうか",
    "告诉",
    "告訴",
    "等你",
    "等您",
    "等待",
    "주세요",
    "주십시오",
)


def may_request_abroad(sentence: str) -> bool:
    """Return whether it is worth while to look for a request in another language than English."""
    # A loop, because a generator costs more than the search that it is for.
    for word in _ABROAD:  # noqa: SIM110  a generator costs more than the loop
        if word in sentence:
            return True
    return False


POLITE_ABROAD = word_pattern(
    r"""
    ^\W{0,8}(?: wenn\b | falls\b | si\b | se\b | 如果 | 如有 | 若 | 有(?:任何|什么) | もし | 何か | ご不明
      | 他に | 혹시 | 궁금 | 추가 | 필요하 | 더\ )
    """
)
"""A request in another language that only rounds off an answer."""

POLITE_REQUEST = word_pattern(
    r"""
    let\ me\ know\ if\ you(?:['’]d|\ would|\ do)?\ (?: have | need | run\ into | hit | encounter | see | find | notice
        | get | (?:like|want)\ (?: any\b | more | further | [^.?!]{0,50}\b(?:any|some)thing\b ) )
    | ^\W{0,8}if\ (?:you|it|this|that|there|any\w*|some\w*)\b .* \blet\ me\ know\b
    | let\ me\ know\ (?:if|how)\ (?:this|that|it)\ (?:help|work|goes)
    | let\ me\ know\ if\ .{0,30}\b(?:any|anything|something)\ (?:else|unclear|questions?)
    """
)
"""A request that only rounds off an answer."""
