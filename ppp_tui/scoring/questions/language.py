"""In which language a short text is, by its letters and its commonest words; offline, and '' where it is unclear.

Full detectors bring models of megabytes and still guess at short technical text. What preferences need is less: is this
Italian, is this English, how many languages are these. A text whose words do not speak clearly is in none.
"""

from __future__ import annotations

from collections.abc import Mapping

from ppp_tui.model.patterns import lazy_pattern

MIN_WORDS = 3
"""Words that a text in Latin letters needs before anything is said of it."""

_WORDS: Mapping[str, str] = {
    "en": "the is are do does you your should would could can want what which how when where why to of in and or it "
    "this that with for please i we will be have has not on from at an before after if use",
    "it": "il lo la gli le un uno una di del della dei delle che è sono vuoi vuole puoi può devo dovrei quale quali "
    "come dove quando perché e o per con non si nel nella al alla questo questa cosa preferisci usare anche ci dal da "
    "deve ha hai ho già sia sul sulla prima dopo se mi ti",
    "de": "der die das ein eine einen und oder ist sind soll sollen ich du sie wir möchtest möchten willst welche "
    "welcher welches wie wo wann warum nicht mit für auf zu im den dem von auch noch bitte kann",
    "fr": "le les des est sont je tu vous nous voulez veux dois devrais quel quelle quels quelles comment où quand "
    "pourquoi et ou avec pour pas dans sur ce cette une du au aux que qui souhaitez préférez faut",
    "es": "el los las es son usted tú quieres quiere debo debería cuál cuáles cómo dónde cuándo qué y o con para no "
    "en una del al este esta que por prefieres puede puedo deseas hay lo",
    "pt": "o os as é são você quer devo deveria qual quais como onde quando que e ou com para não em uma do da no na "
    "este esta por prefere pode gostaria dos das um ao",
    "nl": "de het een en of is zijn ik je u wij wil wilt moet welke wat hoe waar wanneer waarom niet met voor op te in "
    "dit dat ook van naar",
    "pl": "czy jest są ja ty chcesz powinienem który która które jak gdzie kiedy dlaczego i lub z dla nie na w do to "
    "ten ta się",
    "sv": "är en ett och eller jag du vill ska vilken vilket hur var när varför inte med för på att det den som",
    "tr": "mi mı mu mü ve veya bir bu şu ben sen siz ister misin hangi nasıl nerede için ile değil ne",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ja", "[\u3040-\u30ff]"),
    ("ko", "[\uac00-\ud7af]"),
    ("zh", "[\u4e00-\u9fff]"),
    ("ru", "[\u0400-\u04ff]"),
    ("ar", "[\u0600-\u06ff]"),
    ("he", "[\u0590-\u05ff]"),
    ("el", "[\u0370-\u03ff]"),
    ("hi", "[\u0900-\u097f]"),
    ("th", "[\u0e00-\u0e7f]"),
)
_SCRIPT_PATTERNS = tuple((language, lazy_pattern(letters)) for language, letters in _SCRIPTS)
_LETTERS = lazy_pattern(r"[^\W\d_]+")


def language_of(text: str) -> str:
    """Return the ISO 639-1 code of a text's language; '' where it is unclear.

    Code, addresses and names should be masked before: they are taken for words.
    """
    letters = sum(map(len, _LETTERS.findall(text)))
    for language, pattern in _SCRIPT_PATTERNS:
        matches = len(pattern.findall(text))
        if matches >= 2 and matches * 3 > letters:
            return language
    # An elided article stands before its word: l'errore, c'è, d'abord.
    words = _LETTERS.findall(text.lower())
    if len(words) < MIN_WORDS:
        return ""
    scores = sorted(
        ((sum(word in common_words for word in words), language) for language, common_words in _SETS.items())
    )
    (second, _), (best, language) = scores[-2], scores[-1]
    is_clear = best >= 2 and best > second and best * 5 >= len(words)
    return language if is_clear else ""
