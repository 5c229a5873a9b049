"""Patterns of which the rules for the effort of a question are made; spaces in them do not count."""

from __future__ import annotations

CLAUSE = r"(?: ^\W* | [,;:—–.-]\ * | \b(?:and|so|but|also|then|or)\ )"
OPEN = r"(?:what(?!\ if)|how|where|when|who|whose|why)"
ASK = r"""(?: \b(?:can|could|would|will)\ you\ (?:please\ |also\ |maybe\ |quickly\ |perhaps\ |then\ )?
    | \bplease\ (?:also\ |then\ )? | \b(?:i\ need|i['’]d\ need|i['’]ll\ need)\ you\ to\  | \bare\ you\ able\ to\  )"""
ARTEFACT = r"""
    \b(?: logs? | traces? | stack\ ?traces? | output | screenshots? | har | dumps? | keys? | tokens?
      | credentials? | access
      | permissions? | files? | recordings? | payloads? | responses? | headers? | exact | values? | numbers? | results?
      | flags? | rows? | errors? | messages? | reports? | samples? | contents? | config\w*
      | links? | urls? | versions? | ids? | mock-?ups? | wireframes? | fixtures?
      | certificates? | connection\ strings? | (?:design|spec\w*)\ (?:doc|document|file)s? )\b"""

OBSERVATION = r"""
    \bwhat\ (?:[\w/-]+\ ){0,4}(?:do|did|can|are)\ you\ (?:see|get|getting|seeing|hear)\b
    | \b(?:what|which)\ (?!should)[^?]{0,30}\b(?:does|do|did)\ (?!you\b|we\b|i\b)[^?]{0,60}
      \b(?: say | show | print | report | display | output | return | require | send | contain | see )\b
    | \bwhat\ happens\ (?:when|if|after)\ you\b | \bare\ you\ (?:seeing|getting|hearing)\b
    | \b(?:which|what)\ [^?]{0,40}\ (?:are\ you\ (?:running|on)|do\ you\ have\ installed)\b
    | \bwhat(?:['’]s|\ is|\ are)\ the\ (?:current|exact|actual|output|value|status|version|error|full|complete)\b
    | \b(?:tell\ me|let\ me\ know|see)\ what\ (?:it|you|the\ \w+)\ (?:prints?|shows?|says?|sees?|gets?
      |displays?|returns?)\b
    | \b(?:what|which)\ (?:errors?|versions?|output|messages?)\b [^?]{0,40}
      \b(?: runs? | running | installed | deployed | get | see | appears? | shows? | shown | logged )\b
    | \bwhat(?:['’]s|\ is|\ are|\ does)\ [^?]{1,60}\ (?:currently\ )?set\ to\b
    | \bwhat\ (?:do|does)\ (?:the|your)\ [^?]{1,40}\ look\ like\b
    | \bwhich\ of\ (?:your|the)\ [^?]{0,40}\b(?: still | currently | already )\b
    """
"""The user must look at what something shows."""

TRIAL = r"""
    ^\W*(?:does|did)\ (?:it|this|that|the\ [\w-]+)\ (?:also\ )?(?:happen|occur|appear|fail|crash)
      \ (?:too\ )?(?:in|on|with|without)\b
    | \b(?:tell\ me|let\ me\ know)\ (?:if|whether)\ (?:the|it|that|this)\b [^?]*
      \b(?: opens? | works? | loads? | shows? | appears? | starts? | fails? | crash\w* | pass\w* | persists?
        | goes\ away | disappears? )\b
    | \bconfirm\ (?:whether|that|if)\ [^?]*
      \b(?: reach\w* | arriv\w* | works? | fails? | shows? | appears? | loads? | starts? | runs? | responds? )\b
    | \bis\ (?:anyone|anybody|someone|somebody)\b [^?]*
      \b(?: call | us | rely | depend | consum | import | read )ing\b
    | \b(?:on|at|from|in)\ your\ (?:\w+\ )?(?:network|machine|side|end|laptop|device|system|phone|setup
      |environment|box|computer)\b
    | ^\W*(?:[^?]{0,80}[,:.—–]\ )?(?:does|do|did|is|are|has|have)\ (?!you\b|we\b|i\b|it\ make\b|(?:this|that
      |it)\ (?:work|look|sound)\ (?:for|ok|good|right))
      [^?]* \b(?: work | fail | crash | happen | appear | show | load | start | respond | blink | stutter | reproduc
        | go\ through | pass | come\ back | jump | freez | grow | boot | connect | compil | build | render
          | play | hang
        | succeed | flicker | leak | occur | arriv | recogni[sz]
        | sync )\w*\b [^?]* \b(?: now | still | again | after | when\ you | once\ you
          | if\ you | with )\b
    | ^\W*(?:[^?]{0,80}[,:.—–]\ )?(?:after|now|once)\b[^?,]{0,40},\ (?:does|is|are|do|did)\b
    | ^\W*(?:is|are|does|do)\ (?!you\b|we\b|i\b)[^?]*\bstill\ (?!needed|used|in\ use|relevant|required
      |wanted|valid|ok|the\ plan|want)\w+ing\b
    | \b(?:do|can|did)\ you\ (?:still\ |now\ )?(?:see|reproduce|hear|notice)\ (?!(?:any|a|an)\ (?:problem
      |issue|objection|reason|need|value|benefit|point))
    | \bdo(?:es)?\ the\ [^?]{0,60}\bmatch\b | \bmatch\ what\ you(?:['’]re|\ are)?\ see
    | ^\W*(?:did|has|have)\ the\ [^?]{1,60}\b(?:complete|finish|succeed|arrive|land|run|go\ out|gone\ out)(?:e?d)?\W*$
    | \bdid\ (?:that|this|it|the\ \w+)\ (?:fix|work|help|solve|resolve|succeed|pass|go\ through)
    | \bis\ (?:the\ (?:issue|problem|bug|error)|it)\ (?:resolved|fixed|gone|solved|working)\b
    | ^\W*(?:[^?]{0,80}[,:.—–]\ )?(?:is|are|do\ you\ have|does|has)\ (?!(?:it|that|this)\ (?:ok|fine))[^?]*
      \b(?:enabled|installed|configured|deployed|turned\ on|switched\ on|set\ to|in\ your\ (?:settings|path
        |console|dashboard))\b
    """
"""The user must try something."""
