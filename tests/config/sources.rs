//! One source that cannot be used ends nothing but itself; a file with mistakes ends the program.

use stampede::config::Settings;
use stampede::error::FailureKind;
use stampede::observation::Kind;

use super::{Machine, mysql, redis};

/// The targets that cannot be used, and why.
fn unusable(settings: &Settings) -> Vec<(&str, Kind, &str)> {
    let of = |target: &stampede::config::Target| target.unusable().map(|unusable| unusable.why.clone());
    settings
        .targets
        .iter()
        .filter_map(|target| Some((target.name.as_str(), target.kind(), of(target)?)))
        .map(|(name, kind, why)| (name, kind, &*why.leak()))
        .collect()
}

#[test]
fn an_application_s_own_database_url_is_told_and_names_no_target() {
    for url in [
        "sqlite:///db.sqlite3",
        "file:./dev.db",
        "mongodb+srv://u:hunter2@h/db",
        "sqlserver://u:hunter2@h/db",
        "prisma+postgres://accelerate.example/?api_key=hunter2",
        "u:hunter2@tcp(h:3306)/db",
        "redis://:hunter2@h",
    ] {
        let machine = Machine::new().set("REDIS_URL", "redis://h").set("DATABASE_URL", url);
        assert_eq!(machine.sources(), ["redis: REDIS_URL"], "{url}");
        let [note] = &machine.notes()[..] else { panic!("{url}: {:?}", machine.notes()) };
        assert!(
            note.starts_with("cannot use DATABASE_URL: it names no database that is known here"),
            "{note}"
        );
        assert!(!note.contains("hunter2"), "{note}");
        // Alone, it is all that there is to say.
        assert_eq!(Machine::new().set("DATABASE_URL", url).load().unwrap_err().kind, FailureKind::Config);
    }
}

#[test]
fn a_variable_that_cannot_be_used_keeps_the_place_of_its_target() {
    let good = || Machine::new().set("REDIS_URL", "redis://h");
    for (name, value, kind, why) in [
        ("PGPORT", "hunter2", Kind::Postgres, "PGPORT is not a number from 1 to 65535"),
        ("PGSERVICE", "orders", Kind::Postgres, "cannot use PGSERVICE: it is not supported"),
        (
            "DATABASE_URL",
            "postgres://u:hunter2%zz@h",
            Kind::Postgres,
            "cannot use DATABASE_URL: it has a `%`",
        ),
        ("MYSQL_URL", "mysql://u:hunter2@a,b/x", Kind::Mysql, "cannot use MYSQL_URL: it has several hosts"),
        (
            "PGBOUNCER_URL",
            "redis://:hunter2@h",
            Kind::Pgbouncer,
            "cannot use PGBOUNCER_URL: it has an unknown",
        ),
    ] {
        let machine = good().set(name, value);
        let settings = machine.settings();
        let [(target, of, said)] = unusable(&settings)[..] else { panic!("{name}: {settings:?}") };
        assert_eq!((target, of), (kind.name(), kind), "{name}");
        assert!(said.starts_with(why), "{name}: {said}");
        assert_eq!(settings.notes, [said], "{name}");
        assert_eq!(machine.sources(), ["redis: REDIS_URL"], "{name}");
        let shown = stampede::config::as_text(&settings);
        assert!(shown.contains("unusable:") && !shown.contains("hunter2"), "{shown}");
    }
    let settings = good().set("MYSQL_URL", "mysql://a,b").set("DATABASE_URL", "mysql://ops@db").settings();
    assert_eq!(mysql(&settings, "mysql-2").user, "ops", "each keeps its own name");
}

#[test]
fn when_nothing_is_left_it_is_a_bad_configuration_with_all_that_is_wrong() {
    let error = Machine::new().set("REDIS_URL", "redis://").set("PGSERVICE", "x").error();
    assert_eq!(
        error,
        "cannot use REDIS_URL: it has no host\n\
         cannot use PGSERVICE: it is not supported: set PGHOST, PGPORT, PGUSER and PGDATABASE instead"
    );
}

const FILE: &str = "\
targets:
  cache: { redis: h }
  one: { mysql: \"mysql://ops@db1\", password: \"env:ABSENT\" }
  two: { postgres: \"postgres://ops@pg1/users\", password: \"${ABSENT}\" }
  three: { redis: h, password: \"file:absent\" }
  four: { redis: \"${BAD}\" }
  five: { redis: h, database: \"${BAD}\" }
  six: { kubernetes: prod }
  last: { http: \"https://shop.example\" }
";

#[test]
fn what_a_right_file_refers_to_and_is_not_there_ends_its_target() {
    let machine = Machine::new().set("BAD", "redis://:hunter2@h:99999").yaml(FILE);
    let settings = machine.settings();
    let names: Vec<_> = settings.targets.iter().map(|target| target.name.as_str()).collect();
    assert_eq!(
        names,
        ["cache", "one", "two", "three", "four", "five", "six", "last"],
        "each keeps its place"
    );
    redis(&settings, "cache");
    let whys = unusable(&settings)
        .into_iter()
        .map(|(name, kind, why)| (name, kind, why.replace(&*machine.path().to_string_lossy(), "T")));
    let whys: Vec<_> = whys.collect();
    let why = |place: &str, words: &str| format!("T/work/stampede.yaml:{place}: {words}");
    assert_eq!(
        whys,
        [
            ("one", Kind::Mysql, why("3:46", "the environment variable ABSENT is not set")),
            ("two", Kind::Postgres, why("4:59", "the environment variable ABSENT is not set")),
            ("three", Kind::Redis, why("5:32", "cannot read T/work/absent: no such file")),
            (
                "four",
                Kind::Redis,
                why("6:18", "this address has a port that is not a number from 1 to 65535")
            ),
            ("five", Kind::Redis, why("7:31", "expected a whole number, 0 or more, found text")),
            (
                "six",
                Kind::Kubernetes,
                why(
                    "8:22",
                    "no file has this context: there is neither KUBECONFIG nor ~/.kube/config; add `kubeconfig`"
                )
            ),
        ]
    );
    assert_eq!(settings.notes.len(), 6, "{:?}", settings.notes);
    assert!(settings.notes[0].starts_with("one cannot be used: "), "{:?}", settings.notes);
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn a_file_with_mistakes_is_refused_whatever_else_is_missing() {
    for mistake in
        ["  bad: { redis: h, pasword: x }\n", "  bad: { redis: \"h:99999\" }\n", "tresholds: {}\n", "  : [\n"]
    {
        let error = Machine::new().yaml(format!("{FILE}{mistake}")).error();
        assert!(error.starts_with("cannot use the configuration"), "{error}");
    }
    // A threshold that is not known would be another judgement.
    let error =
        Machine::new().yaml(format!("{FILE}thresholds: {{ hit_ratio_warn: \"${{ABSENT}}\" }}\n")).error();
    assert!(error.contains("the environment variable ABSENT is not set"), "{error}");
}

#[test]
fn a_rebuild_without_its_token_ends_only_what_rebuilds() {
    let rebuild =
        "rebuild: { http: \"https://shop.example/{key}\", headers: { Authorization: \"env:ABSENT\" } }\n";
    for targets in ["targets: { cache: { redis: h } }\n", ""] {
        let machine = Machine::new().set("REDIS_URL", "redis://h").yaml(format!("{targets}{rebuild}"));
        let settings = machine.settings();
        assert_eq!(settings.remedies.rebuild, None);
        let lacks = settings.remedies.rebuild_lacks.clone().unwrap();
        assert!(lacks.ends_with("the environment variable ABSENT is not set"), "{lacks}");
        assert_eq!(settings.notes, [format!("rebuild cannot be used: {lacks}")]);
    }
}

#[test]
fn passwords_come_from_where_the_clients_have_them() {
    let password =
        |machine: Machine| mysql(&machine.settings(), "mysql").password.map(|it| it.expose().to_owned());
    let url = || Machine::new().set("MYSQL_URL", "mysql://ops@db1");
    assert_eq!(password(url().set("MYSQL_PWD", "one")).as_deref(), Some("one"));
    let file = |text: &str| url().file("home/.my.cnf", text);
    assert_eq!(password(file("[client]\nuser=ops\npassword=two\n")).as_deref(), Some("two"));
    assert_eq!(password(file("[client]\nuser=root\npassword=two\n")), None, "another account's");
    assert_eq!(password(file("[client]\nhost=db2\npassword=two\n")), None, "another server's");
    let given = url().set("MYSQL_PWD", "one").set("MYSQL_URL", "mysql://ops:three@db1");
    assert_eq!(password(given).as_deref(), Some("three"));
    let told = file("[client]\npassword=two\n");
    assert_eq!(told.sources(), ["mysql: MYSQL_URL", "mysql password: T/home/.my.cnf"]);
    let cli = Machine::new().set("REDIS_URL", "redis://h").set("REDISCLI_AUTH", "four").settings();
    assert_eq!(redis(&cli, "redis").password.map(|it| it.expose().to_owned()).as_deref(), Some("four"));
}

#[test]
fn what_got_around_an_address_on_its_way_is_no_part_of_it() {
    for url in
        ["redis://h:6379/0\n", " redis://h:6379", "\"redis://h:6379\"", "'redis://h:6379'\r\n", "h:6379 \n"]
    {
        let settings = Machine::new().set("REDIS_URL", url).settings();
        assert_eq!(redis(&settings, "redis").addresses[0].to_string(), "h:6379", "{url:?}");
    }
    let settings = Machine::new().set("MYSQL_URL", "mysql://u:p@h/db\n").settings();
    assert_eq!(mysql(&settings, "mysql").database.as_deref(), Some("db"));
    let yaml = Machine::new().set("U", "redis://h:6379\n").yaml("targets: { c: { redis: '${U}' } }\n");
    assert_eq!(redis(&yaml.settings(), "c").addresses[0].to_string(), "h:6379");
}
