"""The configuration as a whole: broken ones and the exact words for them, and right ones and what they give."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watcher.config.load import Config, load
from watcher.errors import ConfigError

FEED = "feeds: [{id: f, url: https://f.example/}]"
RULE = "rules: [{id: r, match: tunisia, tests: [{title: Tunisia, expect: match}]}]"


def write(folder: Path, **files: str) -> Path:
    """Write files (`feeds__a_yml` is feeds/a.yml) and give the main one."""
    for name, text in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = folder / f"{stem}.{suffix}"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(dedent(text))
    return folder / "watcher.yml"


def problems_of(main: Path, environ: dict[str, str] | None = None) -> list[str]:
    """Load a wrong configuration and give what is told, with paths relative to its folder."""
    with pytest.raises(ConfigError) as caught:
        load(main, environ=environ or {})
    return [str(problem).replace(f"{main.parent}/", "") for problem in caught.value.problems]


BROKEN_MAIN = [
    ("databse: x", '1:1: unknown key "databse" (did you mean "database"?)'),
    ("polling: {timout: 5s}", '1:11: unknown key "timout" (did you mean "timeout"?)'),
    ("polling: {timeout: 5}", "1:20: a duration needs a unit: write 5s, 5m or 5h"),
    ("polling: {timeout: 0s}", "1:20: the duration must be longer than zero"),
    ("polling: {max_body: 10}", "1:21: a size needs a unit: write 10B, 10KB or 10MiB"),
    ("polling: {concurrency: many}", "1:24: expected a whole number"),
    ("polling: {concurrency: 0}", "1:24: must be at least 1"),
    ("polling: {allow_private_addresses: no}", None),
    ("polling: {allow_private_addresses: maybe}", "1:36: expected true or false"),
    ("polling: {interval: {min: 1h}}", "1:21: the interval must have min ≤ default ≤ max"),
    ("polling: 5", "1:10: expected a mapping (key: value) (write {interval: …, concurrency: …, per_host: …})"),
    ("channels: {c: {type: console, budget: 20/1h}}", "1:39: expected a mapping (key: value) (write {alerts: …, per: …, except: …})"),
    ("routes: [{to: [console], budget: 20/1h}]", '1:26: unknown key "budget" (it belongs to a channel, under channels)'),
    ("channels: {c: {type: webhook, urll: 'https://h.example/x'}}", '1:31: unknown key "urll" (did you mean "url"?)'),
    ("channels: {s: {type: slack, token: x, channel: #security}}", '2:1: not valid YAML: did not find expected node content, while parsing a flow node (from a # on, all is a comment: put a text that begins with it in quotes)'),
    ("channels:\n  s: {type: slack, token: x, channel: }", '2:39: expected a text, not nothing (a text that begins with # or @ stands in quotes: "#security")'),
    ("channels: {s: {type: slack, token: xapp-1-x, channel: '#c'}}", "1:36: this is an app-level token (xapp-…): it belongs in app_token; here goes the bot's (xoxb-…)"),
    ("channels: {s: {type: slack, token: x, app_token: xoxb-1, channel: '#c'}}", "1:50: this is a bot's token (xoxb-…): it belongs in token; here goes an app-level one (xapp-…)"),
    ("routes: [{to: [console], digest: daily}]", '1:34: "daily" is not a duration: write for example 500ms, 20s, 15m, 1h30m, 90d or 2y; or a cron line: "0 8 * * 1-5"'),
    ("include: {feeds: feeds/*.yml}", "1:18: expected a list, not a text (write [feeds/*.yml])"),
    ("include: {lists: [none.yml]}", '1:19: no file is called "none.yml"'),
    ("web: {listen: 8080}", '1:15: expected a text, not a number (put it in quotes)'),
    ("web: {listen: localhost}", '1:15: "localhost" is not host:port: write for example 127.0.0.1:8080'),
    ("database: mysql://x", "1:11: the database must be given as sqlite:///PATH or postgresql://USER@HOST/NAME"),
    ("queue: nats://host:4222", '1:8: "queue" is not available yet (remove it, or set it to null)'),
    ("channels: {c: {type: slak}}", '1:15: "slak" is not one of console, slack, email, webhook, apprise (did you mean "slack"?)'),
    ("channels: {c: {}}", '1:15: the key "type" is missing'),
    ("channels: {s: {type: slack, channel: '#c'}}", '1:15: the key "token" is missing (or give "token_file")'),
    ("channels: {s: {type: slack, channel: 5, token: x}}", '1:38: expected a text, not a number (put it in quotes)'),
    ("channels: {s: {type: slack, channel: '#c', token_file: gone}}", "1:56: cannot read the secret's file gone: No such file or directory"),
    ("channels: {s: {type: slack, channel: '#c', token: '${SLACK}'}}", "1:51: the environment variable SLACK is not set"),
    ("channels: {'a b': {type: console}}", '1:12: "a b" is not a channel\'s name: use letters, digits, hyphens and underscores'),
    ("channels: {w: {type: webhook, url: 'ftp://x'}}", "1:36: the address must begin with http:// or https://"),
    ("channels: {w: {type: webhook, url: 'https://u:p@x/'}}", "1:36: the address holds a login: put it under auth: or headers: instead"),
    ("channels: {m: {type: email, host: h, from_: a@b, from: a@b, to: [c@d]}}", '1:38: unknown key "from_" (did you mean "from"?)'),
    (
        "channels: {a: {type: console, fallback: {to: a}}}",
        '1:11: the channel "a" falls back to itself: name another one',
    ),
    (
        "channels: {a: {type: console, fallback: {to: b}}, b: {type: console, max_tlp: green}}",
        '1:11: "a" may be told what its fallback "b" may not: give both one max_tlp',
    ),
    ("routes: [{to: [consol]}]", '1:16: no channel is called "consol" (did you mean "console"?)'),
    ("routes: [{to: console}]", "1:15: expected a list, not a text (write [console])"),
    ("routes: [{to: [console], when: {severity: [critcal]}}]", '1:44: "critcal" is not one of info, low, medium, high, critical (did you mean "critical"?)'),
    ("routes: [{to: [console], digest: 1}]", "1:34: expected a text, not a number (put it in quotes)"),
    (
        "routes: [{to: [console], digest: 0 8 * *}]",
        '1:34: a cron line has five fields: write for example "0 8 * * 1-5" (minute, hour, day, month, weekday)',
    ),
    (
        "routes: [{to: [console], digest: {at: 0 8 * * 1, timezone: Mars/Base}}]",
        '1:60: "Mars/Base" is not a known time zone: write for example Africa/Tunis',
    ),
    ("routes: [{to: [console], quiet_hours: {from: 22:00, to: 25:00}}]", '1:57: "25:00" is not a time of day'),
    ("routes: [{}]", '1:10: the key "to" is missing'),
    ("text: {models: {EN: x}}", '1:17: "EN" is not a language code: write two small letters, such as fr (ISO 639-1)'),
    ("- a list", "1:1: expected a mapping (key: value)"),
    ("", "1:1: the file is empty"),
    ("# nothing\n", "1:1: the file is empty"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BROKEN_MAIN, ids=[text[:40] for text, _ in BROKEN_MAIN])
def test_a_wrong_main_file_is_told_with_place_and_suggestion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str | None
) -> None:
    main = write(tmp_path, watcher_yml=text)
    if told is None:
        assert load(main, environ={}).warnings
        return
    errors = [problem for problem in problems_of(main) if ": warning: " not in problem]
    assert errors == [f"watcher.yml:{told}"]


BROKEN_FEEDS = [
    ("feeds: [{id: Bad Id, url: https://x/}]", '1:14: "Bad Id" is not a feed id: use small letters, digits and hyphens, such as tap-fr'),
    ("feeds: [{url: https://x/}]", '1:9: the key "id" is missing'),
    ("feeds: [{id: a, url: 'ftp://x'}]", "1:22: the address must begin with http:// or https://"),
    ("feeds: [{id: a, url: 'https://u:p@x/'}]", "1:22: the address holds a login: put it under auth: or headers: instead"),
    ("feeds: [{id: a, url: 'https://x:y/'}]", "1:22: the address is not valid: Port could not be cast to integer value as 'y'"),
    ("feeds: [{id: a, url: https://x/, lang: fr}]", '1:34: unknown key "lang" (did you mean "language"?)'),
    ("feeds: [{id: a, url: https://x/, language: French}]", '1:44: "French" is not a language code: write two small letters, such as fr (ISO 639-1)'),
    ("feeds: [{id: a, url: https://x/, interval: 5}]", "1:44: a duration needs a unit: write 5s, 5m or 5h"),
    ("feeds: [{id: a, url: https://x/, tags: ['a,b']}]", '1:41: "a,b" is not a tag: leave out commas, and slashes and spaces at its ends'),
    ("feeds: [{id: a, url: https://x/, tags: [2024]}]", '1:41: expected a text, not a number (put it in quotes)'),
    ("feeds: [{id: a, url: https://x/, auth: {username: u}}]", "1:40: auth needs username and password, or bearer"),
    ("feeds: [{id: a, url: https://x/, auth: {bearer: '${T}'}}]", "1:49: the environment variable T is not set"),
    ("feeds: [{id: a, url: https://x/, headers: {'a b': c}}]", '1:44: "a b" is not the name of an HTTP header'),
    ("feeds: [{id: a, url: https://x/, headers: {A: 'b\n\n  c'}}]", None),
    ("feeds: [tap]", "1:9: expected a mapping (key: value) (write {id: …, url: …, title: …})"),
    ("feeds: {a: b}", "1:8: expected a list under feeds:"),
    ("feed: []", '1:1: unknown key "feed" (the only one is "feeds")'),
    ("[]", "1:1: expected a mapping with the key feeds:"),
    ("feeds: [", "2:1: not valid YAML: did not find expected node content, while parsing a flow node"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), BROKEN_FEEDS, ids=[text[:50] for text, _ in BROKEN_FEEDS])
def test_a_wrong_file_of_feeds_is_told_with_place_and_suggestion(
    tmp_path: Path, text: str, told: str | None
) -> None:
    main = write(tmp_path, watcher_yml="include: {feeds: [f.yml]}", f_yml=text)
    if told is None:
        told = "1:47: a header's value has no line breaks or control characters"
    told = told.replace('the only one is "feeds"', 'did you mean "feeds"?')
    problems = problems_of(main, {})
    errors = [problem for problem in problems if ": warning: " not in problem]
    assert len(errors) == 1
    assert errors[0] == f"f.yml:{told}"
    assert "u:p" not in errors[0]


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="""\
            include: {feeds: [feeds/*], rules: [r.yml], lists: [l.yml], places: [p.yml]}
            polling: {timeout: 5}
            routes: [{to: [nowhere]}]
            """,
        feeds__a_yml="feeds: [{id: a, url: x}]",
        feeds__b_opml="<opml><body><outline",
        r_yml="rules: [{id: r, match: {any: []}}, {id: Q, match: x, sevrity: high}]",
        l_yml="lists: {one: []}",
        p_yml="places: [{name: Ras Jedir, country: Tunisia}]",
    )
    told = problems_of(main)
    places = [problem.split(" ")[0] for problem in told if "warning" not in problem]
    assert places == [
        "feeds/a.yml:1:22:",
        "feeds/b.opml:1:13:",
        "l.yml:1:14:",
        "p.yml:1:37:",
        "r.yml:1:30:",
        "r.yml:1:41:",
        "r.yml:1:54:",
        "watcher.yml:2:20:",
        "watcher.yml:3:16:",
    ]


def test_ids_and_names_that_are_used_twice_name_both_places(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {feeds: ['f*.yml'], rules: ['r*.yml'], lists: ['l*.yml']}",
        f1_yml=FEED,
        f2_yml="feeds:\n  - id: g\n    url: https://g.example/\n  - url: https://h.example/\n    id: f",
        r1_yml=RULE,
        r2_yml=RULE,
        l1_yml="lists: {one: [first]}",
        l2_yml="lists:\n  one: [second]",
    )
    errors = [problem for problem in problems_of(main) if "warning" not in problem]
    assert [error.replace(str(tmp_path) + "/", "") for error in errors] == [
        'f2.yml:5:9: the feed id "f" is used twice (first in f1.yml:1)',
        'l2.yml:2:8: the list name "one" is used twice (first in l1.yml:1)',
        'r2.yml:1:14: the rule id "r" is used twice (first in r1.yml:1)',
    ]


def test_problems_of_rules_stand_where_the_rule_does(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {rules: [r.yml]}",
        r_yml="""\
            define:
              armed: {any: [militant, {lst: x}]}
            filters: [{id: f, applies_to: [r], unless: {lst: x}}]
            rules:
              - id: r
                match:
                  all:
                    - {use: armed}
                    - {list: nowhere}
            """,
    )
    places = [problem.split(" ")[0] for problem in problems_of(main) if "warning" not in problem]
    assert places == ["r.yml:2:33:", "r.yml:3:50:", "r.yml:8:17:"]


def test_filters_veto_in_the_rules_of_all_files(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {rules: [r.yml, f.yml], feeds: [feeds.yml]}",
        feeds_yml=FEED,
        r_yml=RULE,
        f_yml="""\
            define: {game: {any: [football, derby]}}
            filters:
              - {id: sport, applies_to: ["*"], unless: {use: game}}
            """,
    )
    [rule] = load(main, environ={}).rules
    assert rule.unless is not None
    assert rule.unless.label == "filter:sport"


def test_problems_of_filters_stand_where_the_filter_does(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {rules: [r.yml, f.yml, g.yml], feeds: [feeds.yml]}",
        feeds_yml=FEED,
        r_yml="rules: [{id: border, match: tunisia, tags: [north], tests: [{title: Tunisia, expect: match}]}]",
        f_yml="""\
            filters:
              - id: sport
                applies_to: [border, bordr]
                unless: football
              - id: art
                applies_to: "sea-*"
                unless: {any: [film, {list: films}]}
            """,
        g_yml="filters: [{id: sport, applies_to: nroth, unless: film}]",
    )
    assert [problem for problem in problems_of(main) if "warning" not in problem] == [
        "f.yml:3:26: no rule is called 'bordr', and none has such a tag (did you mean 'border'?)",
        "f.yml:7:33: there is no list 'films'",
        'g.yml:1:16: the filter id "sport" is used twice (first in f.yml:2)',
    ]


def test_filters_are_a_list(tmp_path: Path) -> None:
    main = write(tmp_path, watcher_yml="include: {rules: [r.yml]}", r_yml=RULE + "\nfilters: {id: f}")
    assert "r.yml:2:10: expected a list under filters:" in problems_of(main)


def test_an_unknown_list_is_found_across_files(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {rules: [r.yml], lists: [l.yml]}",
        r_yml="rules:\n  - id: r\n    match:\n      list: armd",
        l_yml="lists: {armed: [militant]}",
    )
    errors = [problem for problem in problems_of(main) if "warning" not in problem]
    assert len(errors) == 1
    assert errors[0].startswith("r.yml:4:13: ")
    assert "did you mean 'armed'?" in errors[0]


def test_a_list_file_that_cannot_be_read_does_not_make_its_lists_unknown(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {rules: [r.yml], lists: [l.yml]}",
        r_yml="rules: [{id: r, match: {list: armed}}]",
        l_yml="lists: {armed: [militant}",
    )
    errors = [problem for problem in problems_of(main) if "warning" not in problem]
    assert len(errors) == 1
    assert errors[0].startswith("l.yml:1:25: not valid YAML")


def test_a_variable_that_is_not_set_matters_only_where_it_is_used(tmp_path: Path) -> None:
    text = 'channels:\n  console: {type: console}\n  # slack: {type: slack, token: "${SLACK}"}\n'
    assert list(load(write(tmp_path, watcher_yml=text), environ={}).settings.channels) == ["console"]


def test_variables_are_put_into_the_main_file_and_feeds_but_not_into_rules(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="database: sqlite:///${NAME}.db\ninclude: {feeds: [f.yml], rules: [r.yml]}\npolling: {concurrency: '${N}'}",
        f_yml="feeds: [{id: f, url: 'https://x/${NAME}'}]",
        r_yml="rules: [{id: r, title: 'costs ${NAME}', match: tunisia}]",
    )
    config = load(main, environ={"NAME": "n", "N": "7"})
    assert config.settings.database == "sqlite:///n.db"
    assert config.settings.polling.concurrency == 7
    assert config.feeds[0].url == "https://x/n"
    assert config.rules[0].title == "costs ${NAME}"


def test_feeds_come_with_all_that_was_said_of_them(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hidden\n")
    main = write(
        tmp_path,
        watcher_yml="include: {feeds: [f.yml]}",
        f_yml="""\
            feeds:
              - {id: a, url: "https://a.example/rss", title: A, tags: [x, y], language: no, interval: 10m,
                 headers: {X-Key: k}, alert_on_first_poll: true}
              - {id: b, url: "http://b.example/", auth: {username: Aladdin, password: open sesame}}
              - {id: c, url: "http://c.example/", auth: {bearer_file: key}}
            """,
    )
    a, b, c = load(main, environ={}).feeds
    assert (a.title, a.tags, a.language, a.interval) == (
        "A",
        frozenset({"x", "y"}),
        "no",
        timedelta(minutes=10),
    )
    assert a.headers == (("X-Key", "k"),)
    assert a.alert_on_first_poll
    # The example of RFC 7617, section 2.
    assert b.headers == (("Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),)
    assert c.headers == (("Authorization", "Bearer hidden"),)


def test_no_problem_shows_a_secret(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="""\
            include: {feeds: [f.yml]}
            database: mysql://u:hidden@h/
            channels:
              a: {type: slack, token: 555123, channel: [555123], app_token: ["hidden"]}
              b: {type: webhook, url: "https://u:hidden@x/", secret: {hidden: hidden}}
              c: {type: email, host: h, from: a@b, to: [c@d], username: u, password: 555123}
            """,
        f_yml="""\
            feeds:
              - {id: a, url: "https://x/", headers: {A: 555123, B: "hid\\nden"}, auth: {bearer: 555123}}
              - {id: b, url: "https://u:hidden@x/"}
            """,
    )
    told = "\n".join(problems_of(main))
    assert told.count("\n") >= 9
    assert "555123" not in told
    assert "hid" not in told.replace('unknown key "hidden"', "")


def test_includes_may_be_absolute_and_names_that_cannot_be_match_nothing(tmp_path: Path) -> None:
    main = write(
        tmp_path / "config",
        watcher_yml=f"include: {{feeds: ['{tmp_path}/elsewhere/*.yml', '~nobody-here/*.yml', \"a\\0*\"]}}",
    )
    write(tmp_path / "elsewhere", f_yml=FEED)
    assert [feed.id for feed in load(main, environ={}).feeds] == ["f"]


def test_files_are_read_once_in_a_stable_order(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {feeds: [feeds/z.yml, 'feeds/*.yml', 'deep/**/*.yml']}",
        feeds__a_yml="feeds: [{id: a, url: https://a.example/}]",
        feeds__z_yml="feeds: [{id: z, url: https://z.example/}]",
        deep__x__y_yml="feeds: [{id: y, url: https://y.example/}]",
    )
    assert [feed.id for feed in load(main, environ={}).feeds] == ["z", "a", "y"]


def test_rule_files_can_be_given_in_place_of_the_configured(tmp_path: Path) -> None:
    main = write(tmp_path, watcher_yml="include: {rules: [r.yml]}", r_yml="rules: [broken", other_yml=RULE)
    config = load(main, environ={}, rules=[tmp_path / "other.yml"])
    assert [rule.id for rule in config.rules] == ["r"]


def warnings_of(config: Config) -> list[str]:
    return [str(problem).replace(f"{config.path.parent}/", "") for problem in config.warnings]


def test_a_channel_that_stands_in_for_another_or_hears_of_notices_is_used(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="""\
            channels:
              console: {type: console, fallback: {to: spare, after: 1h}}
              spare: {type: console}
              operators: {type: console}
            routes: [{to: [console]}]
            notices: {to: [operators]}
            """,
        f_yml="feeds: [{id: f, url: https://f.example/}]",
        r_yml=RULE,
    )
    assert not [one for one in warnings_of(load(main, environ={})) if "leads to" in one]


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1:80", "127.0.0.1"),
        ("localhost", "localhost"),
        ("0x7f.1", "127.0.0.0/8"),
        ("10.1.2.3", "10.0.0.0/8"),
        ("[::1]", '"::1"'),
    ],
)
def test_an_address_that_polls_will_refuse_is_warned_of(tmp_path: Path, host: str, allowed: str) -> None:
    for polling, count in (("{}", 1), (f"{{allow_addresses: [{allowed}]}}", 0)):
        main = write(
            tmp_path,
            watcher_yml=f"polling: {polling}\ninclude: {{feeds: [f.yml]}}",
            f_yml=f'feeds: [{{id: f, url: "http://{host}/x"}}]',
        )
        told = [one for one in warnings_of(load(main, environ={})) if "polls will refuse" in one]
        assert len(told) == count, told


def test_what_is_allowed_but_odd_is_a_warning(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="""\
            include: {feeds: [f.yml], rules: [r.yml], lists: ['lists/*.yml']}
            channels: {console: {type: console}, spare: {type: console}}
            routes:
              - {to: [console], when: {rule: [s], tags: [x]}}
              - {to: [console]}
              - {to: [console], when: {rule: ['r*']}}
            """,
        f_yml="feeds: [{id: f, url: https://f.example/, interval: 1m}, {id: g, url: https://f.example/}]",
        r_yml=RULE,
    )
    assert warnings_of(load(main, environ={})) == [
        "f.yml:1:52: warning: the interval 1m is outside of polling.interval (2m to 6h), which wins",
        'f.yml:1:70: warning: the feed "f" has the same address',
        'watcher.yml:1:51: warning: no file matches "lists/*.yml"',
        'watcher.yml:2:38: warning: nothing leads to the channel "spare": no route, fallback or notice names it',
        'watcher.yml:4:35: warning: no rule is called "s" (the only one is "r")',
        'watcher.yml:4:46: warning: no rule has the tag "x"',
        "watcher.yml:5:5: warning: this route takes every alert: those below it are never reached",
    ]


def test_a_glob_beside_one_that_matches_is_an_alternative_and_no_warning(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {feeds: ['feeds/*.yml', 'feeds/*.opml'], rules: [r.yml]}",
        feeds__a_yml=FEED,
        r_yml=RULE,
    )
    assert warnings_of(load(main, environ={})) == []


def test_the_digest_changes_with_any_file_and_with_nothing_else(tmp_path: Path) -> None:
    main = write(tmp_path, watcher_yml="include: {feeds: [f.yml]}", f_yml=FEED)
    first = load(main, environ={}).digest
    assert load(main, environ={"X": "y"}).digest == first
    (tmp_path / "f.yml").write_text(FEED + " # a comment")
    assert load(main, environ={}).digest != first


@settings(
    derandomize=True,
    deadline=None,
    max_examples=50,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
            lambda inner: st.one_of(
                st.lists(inner, max_size=3),
                st.dictionaries(
                    st.sampled_from(["feeds", "id", "url", "polling", "channels", "type", "routes", "to", "when", "web", "rules", "match", "auth", "include"]),
                    inner,
                    max_size=4,
                ),
            ),
            max_leaves=12,
        ).map(lambda value: repr(value).replace("None", "null").replace("True", "true").encode()),
    )
)  # fmt: skip
def test_no_content_of_any_file_does_more_than_raise_config_error(tmp_path: Path, data: bytes) -> None:
    main = write(
        tmp_path, watcher_yml="include: {feeds: [x.yml], rules: [x.yml], lists: [x.yml], places: [x.yml]}"
    )
    (tmp_path / "x.yml").write_bytes(data)
    for path in (main, tmp_path / "x.yml"):
        try:
            load(path, environ={})
        except ConfigError as error:
            assert error.problems  # noqa: PT017


def test_an_error_in_a_query_or_pattern_stands_at_its_character(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {rules: [r.yml]}",
        r_yml="""\
            rules:
              - {id: a, match: {query: 'é AND ('}}
              - id: b
                match:
                  all:
                    - regex: 'abc[z-a]'
                    - query: a1 AND OR b1
                    - query: 'l''e AND ('
                    - query: |
                        a1 AND (
            """,
    )
    errors = [problem.partition(": ") for problem in problems_of(main) if "warning" not in problem]
    assert [place for place, _, _ in errors] == [
        "r.yml:2:35",
        "r.yml:6:23",
        "r.yml:7:25",
        "r.yml:8:18",
        "r.yml:9:18",
    ]


def test_a_latency_that_no_feed_is_polled_for_is_warned_of(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        watcher_yml="include: {feeds: [f.yml], rules: [r.yml]}\n",
        f_yml="feeds: [{id: a, url: https://x.example/}]\n",
        r_yml="rules: [{id: soon, latency: 30s, match: fire}, {id: later, latency: 5m, match: flood}]\n",
    )
    told = [problem.message for problem in load(main, environ={}).warnings if "latency" in problem.message]
    assert told == ["the latency 30s is below polling.interval.min (2m), which wins"]
