"""Faults of sources.toml: for each a sentence that says where it is, what is wrong and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from assets.sources import Sources, SourcesError, read_sources

WEB = '[[weblog]]\nname = "www"\nfiles = "landing/www/*"\n'
ISP = '[[export]]\nname = "isp"\nfiles = "landing/isp/*"\nshape = "wide"\ntime_column = "t"\nstep = "5m"\n'
LONG = ISP.replace("wide", "long") + 'series_column = "link"\nvalue_column = "bps"\n'
SINGLE = ISP.replace("wide", "single") + 'value_column = "bps"\n'
URL = 'url = "https://hooks.example.org/SECRET-1"\n'
OPS = '[[channel]]\nname = "ops"\nkind = "webhook"\n' + URL
HOST, FROM = 'host = "mail.example.org"\n', 'from = "diurnal@example.org"\n'
TO = 'to = ["ops@example.org"]\n'
MAIL = '[[channel]]\nname = "noc"\nkind = "email"\n' + HOST + FROM + TO
FULL = '[[alert]]\nname = "full"\nwhen = "congestion"\n'


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "sources.toml"


def read(toml: Path, text: str) -> Sources:
    toml.write_text(text, encoding="utf-8")
    return read_sources(toml)


BILL = '[[bill]]\nname = "transit"\nin = "isp/a"\n'
FAULTS = {
    # name: (text, where, what is wrong, what would be right)
    "unknown bill key": (
        BILL + "pair = 1\n",
        '[bill] "transit" pair',
        "key is not known",
        "name, in, out, method",
    ),
    "bill of nothing": ('[[bill]]\nname = "b"\n', '[bill] "b"', "counts a series", 'in = "<source>/<label>"'),
    "bill of a name": (
        BILL.replace("isp/a", "isp"),
        '[bill] "transit" in',
        "'isp' names no series",
        "such as 'uplinks/core_in'",
    ),
    "bill of one series": (
        BILL + 'out = "isp/a"\n',
        '[bill] "transit"',
        "are both 'isp/a'",
        "name two series",
    ),
    "bill without out": (
        BILL + 'method = "max"\n',
        '[bill] "transit"',
        "counts the series of out",
        'add out = "<source>/<label>"',
    ),
    "bill by another method": (
        BILL + 'method = "sum"\n',
        '[bill] "transit" method',
        "not known",
        "'aggregate'",
    ),
    "bill from the 31st": (BILL + "begins_on = 31\n", '[bill] "transit"', "not every month", "write 1 to 28"),
    "bill from no day": (BILL + "begins_on = 0\n", '[bill] "transit" begins_on', "too small", "at least 1"),
    "bill of a bare commitment": (
        BILL + "commitment = 5\n",
        '[bill] "transit" commitment',
        "in quotes",
        "such as '10 Gbit/s'",
    ),
    "bill twice": (BILL + BILL, "", "two bills are named 'transit'", "names must differ"),
    "bill in single brackets": (
        BILL.replace("[[bill]]", "[bill]"),
        "[bill]",
        "not such a table",
        "write [[bill]], in double brackets",
    ),
    "unknown table": ("[weblogs]\n", "[weblogs]", "table is not known", "one of platform, weblog, export"),
    "unknown key": (
        WEB + 'formt = "epa"\n',
        '[weblog] "www" formt',
        "key is not known",
        "name, files, capacity",
    ),
    "unknown platform key": (
        '[platform]\ntimezone = "UTC"\n',
        "[platform] timezone",
        "key is not known",
        "one of time_zone, stale_after, keep_nights",
    ),
    "unknown export key": (ISP + "bps = 1\n", '[export] "isp" bps', "key is not known", "time_column"),
    "missing key": ('[[weblog]]\nname = "www"\n', '[weblog] "www" files', "key is missing", "add it"),
    "missing name": (
        WEB + '[[weblog]]\nfiles = "x/*"\n',
        "[weblog] number 2 name",
        "key is missing",
        "add it",
    ),
    "missing step": (ISP.replace('step = "5m"\n', ""), '[export] "isp" step', "key is missing", "add it"),
    "bad zone": (
        WEB + 'time_zone = "Mars"\n',
        '[weblog] "www" time_zone',
        "'Mars'",
        "such as 'Europe/Berlin'",
    ),
    "bad holidays": (
        ISP + 'holidays = "England"\n',
        '[export] "isp" holidays',
        "'England' is no country",
        "such as 'GB-ENG' or 'DE-BY'",
    ),
    "holidays of the platform": (
        '[platform]\nholidays = "GB"\n',
        "[platform] holidays",
        "key is not known",
        "one of time_zone, stale_after",
    ),
    "holidays in a list": (
        WEB + 'holidays = ["GB", "DE"]\n',
        '[weblog] "www" holidays',
        "is not text",
        "write it in quotes",
    ),
    "bad platform zone": (
        '[platform]\ntime_zone = "Mars"\n' + WEB,
        "[platform] time_zone",
        "'Mars' is not",
        "'Europe/Berlin'",
    ),
    "zone of no place": (WEB + 'time_zone = "Factory"\n', "time_zone", "'Factory' is not", "'Europe/Berlin'"),
    "zone of another type": (WEB + "time_zone = 1\n", '"www" time_zone', "not text", "in quotes"),
    "bad duration": (
        WEB + 'step = "5 minutes"\n',
        '[weblog] "www" step',
        "'5 minutes' is not",
        "such as '5m'",
    ),
    "duration of nothing": (WEB + 'step = "0m"\n', '[weblog] "www" step', "'0m' is not", "such as '5m'"),
    "duration without a unit": (ISP.replace('"5m"', "300"), '"isp" step', "write a duration", "'5m'"),
    "bad stale_after": ('[platform]\nstale_after = "soon"\n', "[platform] stale_after", "'soon'", "'5m'"),
    "bad keep_nights": ("[platform]\nkeep_nights = 0\n", "[platform] keep_nights", "too small", "at least 1"),
    "a word for a number": ('[platform]\nkeep_nights = "7"\n', "keep_nights", "not a whole number", "quotes"),
    "true for a number": ("[platform]\nkeep_nights = true\n", "keep_nights", "not a whole number", "quotes"),
    "one pattern without a list": (
        '[platform]\nconstant_volatility = "isp/*"\n',
        "[platform] constant_volatility",
        "not a list",
        "in brackets",
    ),
    "empty pattern": (
        '[platform]\nconstant_volatility = ["*", " "]\n',
        "[platform] constant_volatility number 2",
        "an empty pattern matches no series",
        "such as 'www/*'",
    ),
    "a bound of nothing": (
        "[platform]\nconstant_volatility_at_most = 0\n",
        "[platform] constant_volatility_at_most",
        "too small",
        "at least 1",
    ),
    "a percentage for a share": (
        "[platform]\nthresholds = [0.7, 90]\n",
        "[platform] thresholds number 2",
        "90 is no share of a capacity",
        "such as 0.9 for 90 %",
    ),
    "bad unit": (ISP + 'unit = "furlong"\n', '[export] "isp" unit', "'furlong' is not a unit", "bit/s"),
    "bad capacity": (ISP + 'unit = "bit/s"\ncapacity = "fast"\n', '"isp": capacity', "'fast'", "'10 Gbit/s'"),
    "one bad capacity of two": (
        ISP + 'unit = "bit/s"\ncapacity = { a = "1 Gbit/s", b = "1 furlong/s" }\n',
        '[export] "isp": capacity',
        "'furlong/s' is not a unit",
        "bit/s",
    ),
    "a number for a capacity": (
        WEB + "capacity = 10\n",
        '[weblog] "www" capacity',
        "a quantity in quotes",
        "'10 Gbit/s'",
    ),
    "numbers for capacities": (
        ISP + "capacity = { a = 10 }\n",
        '[export] "isp" capacity',
        "in quotes",
        "'10 Gbit/s'",
    ),
    "capacity in another kind of unit": (
        WEB + 'capacity = "9 request/s"\n',
        '[weblog] "www": capacity',
        "'9 request/s' cannot be expressed",
        "'byte'",
    ),
    "a volume for the capacity of a rate": (
        ISP + 'unit = "Mbit/s"\ncapacity = { a = "10 GB" }\n',
        '[export] "isp": capacity',
        "'10 GB' is a volume",
        "isp/a is a rate in Mbit/s: write '10 Gbit/s'",
    ),
    "capacity beside an unknown unit": (
        ISP + 'capacity = "1 Gbit/s"\n',
        '[export] "isp": capacity',
        "series of unknown unit",
        "say its unit",
    ),
    "capacities of a web log": (
        WEB + 'capacity = { bytes = "1 Gbit/s" }\n',
        '[weblog] "www": capacity',
        "one quantity",
        "'10 Mbit/s'",
    ),
    "bad format": (
        WEB + 'format = "iis"\n',
        '[weblog] "www": format',
        "'iis' is not known",
        "auto, epa, common",
    ),
    "unknown directive": (
        WEB + "pattern = '%h %t %y'\n",
        '[weblog] "www" pattern',
        "'%y' is no directive of LogFormat",
        "known",
    ),
    "unknown variable": (
        WEB + "pattern = '$remote_addr $time_local $mine'\n",
        '[weblog] "www" pattern',
        "'$mine' is no variable of nginx",
        "$http_",
    ),
    "pattern without a time": (
        WEB + "pattern = '%h %r'\n",
        '[weblog] "www" pattern',
        "no whole time",
        "write %t",
    ),
    "pattern without a month": (
        WEB + "pattern = '%h %{%d:%T}t %r'\n",
        '[weblog] "www": format',
        "no month",
        'month = "yyyy-mm"',
    ),
    "pattern and format": (
        WEB + "format = \"common\"\npattern = '%h %t %r'\n",
        '[weblog] "www": format',
        "contradict",
        "remove one",
    ),
    "format pattern without one": (
        WEB + 'format = "pattern"\n',
        '[weblog] "www": format',
        "needs the key pattern",
        "such as '%h",
    ),
    "no month": (WEB + 'format = "epa"\n', '[weblog] "www": format', "no month", 'month = "yyyy-mm"'),
    "bad month": (WEB + 'month = "95-08"\n', '[weblog] "www" month', "'95-08' is not", "'1995-08'"),
    "thirteenth month": (
        WEB + 'month = "1995-13"\n',
        '[weblog] "www" month',
        "'1995-13' is not",
        "'1995-08'",
    ),
    "bad shape": (
        ISP.replace("wide", "tall"),
        '[export] "isp" shape',
        "not known",
        "'wide', 'long' or 'single'",
    ),
    "long without labels": (
        LONG.replace('series_column = "link"\n', ""),
        '[export] "isp"',
        'shape = "long" needs series_column',
        "a column of the file",
    ),
    "long with an empty name": (
        LONG.replace('"link"', '""'),
        '[export] "isp"',
        'shape = "long" needs series_column',
        "a column of the file",
    ),
    "single without values": (
        SINGLE.replace('value_column = "bps"\n', ""),
        '[export] "isp"',
        'shape = "single" needs value_column',
        "a column of the file",
    ),
    "wide with values": (ISP + 'value_column = "a"\n', '"isp"', "value_column does not belong", "remove it"),
    "wide with series": (ISP + 'series = "a"\n', '"isp"', "series does not belong", "remove it"),
    "long with columns": (LONG + 'columns = ["a"]\n', '"isp"', "columns does not belong", "remove it"),
    "single with labels": (SINGLE + 'series_column = "a"\n', '"isp"', "series_column does not", "remove it"),
    "a column twice": (ISP + 'columns = ["a", "a"]\n', '"isp"', "'a' is named twice", "holds one thing"),
    "time as a value": (SINGLE.replace("bps", "t"), '"isp"', "'t' is named twice", "holds one thing"),
    "one name for two": (WEB + ISP.replace("isp", "www"), "", "two sources are named 'www'", "must differ"),
    "bad name": (WEB.replace("www", "a b"), '[weblog] "a b" name', "'a b' is no name", "letters, digits"),
    "a name with a slash": (WEB.replace("www", "a/b", 1), "name", "'a/b' is no name", "letters, digits"),
    "bad series": (
        SINGLE + 'series = "a b"\n',
        '[export] "isp" series',
        "'a b' is no name",
        "letters, digits",
    ),
    "a number for a name": (WEB.replace('"www"', "5"), "[weblog] number 1 name", "not text", "in quotes"),
    "no files": (
        WEB.replace("landing/www/*", ""),
        '"www" files',
        "names no files",
        "'landing/weblogs/www/*'",
    ),
    "the root": (WEB.replace("landing/www/*", "/"), '"www" files', "'/' names no files", "'landing/"),
    "stars within a name": (WEB.replace("www/*", "www**"), '"www" files', "must stand alone", "'**/*'"),
    "a list of files": (WEB.replace('"landing/www/*"', '["a"]'), '"www" files', "not text", "in quotes"),
    "a word for a list": (ISP + 'columns = "a"\n', '[export] "isp" columns', "not a list", "in brackets"),
    "numbers in a list": (ISP + "columns = [1]\n", '"isp" columns number 1', "not text", "in quotes"),
    "no time format": (
        ISP + "time_formats = []\n",
        '[export] "isp" time_formats',
        "is empty",
        "at least one",
    ),
    "a format without a year": (
        ISP + 'time_formats = ["%d/%m %H:%M"]\n',
        "time_formats",
        "'%d/%m",
        "'%Y-%m-%d",
    ),
    "half a clock": (
        ISP + 'time_formats = ["%Y-%m-%d %I:%M"]\n',
        "time_formats",
        "%I:%M' does not",
        "'%Y-%m-%d",
    ),
    "no format at all": (
        ISP + 'time_formats = ["day"]\n',
        "time_formats number 1",
        "'day' does not",
        "'%Y-%m-%d",
    ),
    "an offset unseen": (
        ISP + 'time_formats = ["%+"]\n',
        "time_formats number 1",
        "'%+' does not",
        "'%Y-%m-%d",
    ),
    "odd preset": (ISP + 'preset = "mrtg"\n', '"isp" preset', "not known", "'aws_cloudwatch', 'grafana'"),
    "bits of no counter": (ISP + "counter_bits = 32\n", '"isp"', "counter_bits belongs to", "counter"),
    "a counter of a rate": (
        ISP + 'unit = "Mbit/s"\nmeasures = "counter"\n',
        '"isp"',
        'measures = "counter" does not go with unit = "Mbit/s"',
        "such as 'byte'",
    ),
    "a rate in bytes": (
        ISP + 'unit = "MB"\nmeasures = "rate"\n',
        '"isp"',
        "does not go with",
        "such as 'bit/s'",
    ),
    "a first hour without hours": (ISP + "first_hour = 1\n", '"isp"', "first_hour does not", "remove it"),
    "odd bits": (ISP + "counter_bits = 48\n", '"isp" counter_bits', "not known", "32 or 64"),
    "odd decimals": (ISP + 'decimal = ";"\n', '"isp" decimal', "not known", "'auto', '.' or ','"),
    "hour and value in one": (
        ISP + 'hour_column = "a"\ncolumns = ["a"]\n',
        '"isp"',
        "'a' is named twice",
        "holds one thing",
    ),
    "bad separator": (ISP + 'separator = ";;"\n', '"isp" separator', "';;' cannot separate", "such as ','"),
    "a quote as separator": (ISP + "separator = '\"'\n", '"isp" separator', "cannot separate", "such as ','"),
    "single brackets": (WEB.replace("[[weblog]]", "[weblog]"), "[weblog]", "not such a table", "[[weblog]]"),
    "single export brackets": (ISP.replace("[[export]]", "[export]"), "[export]", "not such a", "[[export]]"),
    "double brackets": (
        '[[platform]]\ntime_zone = "UTC"\n' + WEB,
        "[platform]",
        "not such a",
        "single brackets",
    ),
    "a word for a table": ('weblog = "www"\n', "[weblog]", "not such a table", "[[weblog]]"),
    "words for tables": ('weblog = ["www"]\n', "[weblog] number 1", "not such a table", "[[weblog]]"),
    "channel in single brackets": ('[channel]\nname = "a"\n', "[channel]", "not such a table", "[[channel]]"),
    "alert in single brackets": ('[alert]\nname = "a"\n', "[alert]", "not such a table", "[[alert]]"),
    "odd channel": (OPS.replace("webhook", "pager"), '"ops" kind', "not known", "'webhook' or 'email'"),
    "channel without an address": (
        OPS.replace(URL, ""),
        '[channel] "ops"',
        "needs url_env",
        "url_file or url",
    ),
    "channel with two addresses": (OPS + 'url_env = "OPS"\n', '"ops"', "url and url_env say", "remove one"),
    "an address of another kind": (
        OPS.replace("https:", "ftp:"),
        '[channel] "ops"',
        "no address of a webhook",
        "'https://hooks.slack.com",
    ),
    "a number for an address": (OPS.replace(URL, "url = 5\n"), '"ops" url', "not text", "in quotes"),
    "mail keys of a webhook": (OPS + 'host = "h"\n', '[channel] "ops"', "host does not belong", "remove it"),
    "unknown key of a channel": (OPS + "room = 1\n", '"ops" room', "not known", "password_file"),
    "mail without a server": (MAIL.replace(HOST, ""), '"noc"', "needs host", '"mail.example.org"'),
    "mail from nobody": (MAIL.replace(FROM, ""), '"noc"', "needs from", '"noc@example.org"'),
    "mail to nobody": (MAIL.replace(TO, "to = []\n"), '"noc" to', "is empty", "'noc@example.org'"),
    "mail to no address": (MAIL.replace("ops@", "ops "), '"noc" to', "is no address", "'noc@example.org'"),
    "a header in an address": (
        MAIL.replace('"diurnal@', '"a\\nBcc: b@'),
        '"noc" from',
        "is no address",
        "'noc@example.org'",
    ),
    "a user without a password": (MAIL + 'user = "noc"\n', '"noc"', "belong together", "add password_env"),
    "a password without a user": (MAIL + 'password = "x"\n', '"noc"', "belong together", "add user"),
    "a password in the clear": (
        MAIL + 'user = "noc"\npassword_env = "P"\nsecurity = "none"\n',
        '[channel] "noc"',
        "in the clear",
        'security = "starttls"',
    ),
    "odd security": (
        MAIL + 'security = "ssl"\n',
        '"noc" security',
        "not known",
        "'starttls', 'tls' or 'none'",
    ),
    "a port that is none": (MAIL + "port = 70000\n", '"noc" port', "too large", "at most 65535"),
    "two channels of one name": (OPS + OPS, "", "two channels are named 'ops'", "must differ"),
    "odd rule": (FULL.replace("congestion", "full"), '"full" when', "not known", "'runout', 'source'"),
    "two rules of one name": (FULL + FULL, "", "two alerts are named 'full'", "must differ"),
    "a percentage for a probability": (
        FULL + "probability = 30\n",
        '[alert] "full" probability',
        "30 is no probability",
        "such as 0.3",
    ),
    "a threshold that no night has": (
        FULL + "threshold = 0.8\n",
        '[alert] "full" threshold',
        "0.8 is not among the thresholds of [platform]",
        "0.7, 0.9, 1",
    ),
    "the usual threshold where no night has it": (
        "[platform]\nthresholds = [0.5]\n" + FULL,
        '[alert] "full" threshold',
        "0.9 is not among",
        "add it there",
    ),
    "weeks of congestion": (FULL + "weeks = 3\n", '"full"', "weeks does not belong", "remove it"),
    "no weeks": (FULL.replace("congestion", "runout") + "weeks = 0\n", "weeks", "too small", "at least 1"),
    "no pattern of a rule": (FULL + "series = []\n", '"full"', "series is empty", "at least one pattern"),
    "no channel of a rule": (FULL + "channels = []\n", '"full"', "channels is empty", "all of them"),
    "an unknown channel": (
        OPS + FULL + 'channels = ["noc"]\n',
        '[alert] "full" channels',
        "no channel is named 'noc'",
        "write one of ops",
    ),
    "a channel where there is none": (
        FULL + 'channels = ["noc"]\n',
        '[alert] "full" channels',
        "no channel is named 'noc'",
        "add a [[channel]]",
    ),
    "late by a number": (
        '[[alert]]\nname = "late"\nwhen = "night"\nlate_after = 4\n',
        '[alert] "late" late_after',
        "write a duration",
        "'5m'",
    ),
    "not TOML": ("[[weblog]\nname =", "", "cannot be read as TOML", "line 1"),
    "a key twice": (WEB + 'name = "again"\n', "", "cannot be read as TOML", "overwrite"),
}


@pytest.mark.parametrize(("text", "where", "wrong", "right"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_one_sentence_with_file_key_fault_and_remedy(
    toml: Path, text: str, where: str, wrong: str, right: str
) -> None:
    with pytest.raises(SourcesError) as refusal:
        read(toml, text)
    sentence = str(refusal.value)
    assert sentence.startswith(str(toml))
    assert where in sentence
    assert wrong in sentence
    assert right in sentence
    assert len(sentence.splitlines()) == 1
    assert "more)" not in sentence  # one mistake is one fault


@pytest.mark.parametrize("key", ["url", "password"])
def test_no_sentence_and_no_picture_of_the_sources_shows_a_secret(toml: Path, key: str) -> None:
    secret = "ftp://SECRET-1 and more"
    table = OPS.replace(URL, "") if key == "url" else MAIL
    with pytest.raises(SourcesError) as refusal:
        read(toml, f'{table}{key} = "{secret}"\n')
    assert "SECRET" not in str(refusal.value)
    sources = read(toml, OPS + MAIL + 'user = "noc"\npassword = "SECRET-2"\n')
    for shown in (repr(sources), str(sources), sources.model_dump_json(), str(sources.model_dump())):
        assert "SECRET" not in shown
    assert [channel.keeps_secret_in_the_open for channel in sources.channel] == [True, True]


def test_of_several_faults_the_first_is_told_and_the_others_counted(toml: Path) -> None:
    with pytest.raises(SourcesError, match=r'"www" step: .* \(and 2 more\)$'):
        read(toml, WEB + 'step = "x"\nmoth = "y"\n' + ISP.replace("5m", "5x"))


def test_a_file_that_is_absent_a_folder_or_no_text(toml: Path, tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match=r"sources\.toml does not exist; write one, or let `diurnal demo`"):
        read_sources(toml)
    with pytest.raises(SourcesError, match=r"cannot be read \(Is a directory\)"):
        read_sources(tmp_path)
    toml.write_bytes('name = "Zürich"'.encode("latin-1"))
    with pytest.raises(SourcesError, match=r"sources\.toml is not UTF-8 text \(byte 9\); save it as UTF-8"):
        read_sources(toml)
    toml.write_bytes(WEB.encode("utf-16"))
    with pytest.raises(SourcesError, match="is not UTF-8 text"):
        read_sources(toml)
