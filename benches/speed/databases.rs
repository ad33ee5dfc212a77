//! `detect` against Redis, MariaDB and PostgreSQL, beside the protocol's three shell commands; and against 100 servers.

use stampede::error::Failure;
use stampede::lab::Lab;

use crate::stopwatch::{median, ms, ours, pair, peak_memory, row, shell, time};

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let (redis, maria, pg) = (lab.redis(&[]).await?, lab.mariadb(&[]).await?, lab.postgres(&[]).await?);
    let (redis_url, maria_url, pg_url) = (redis.url(), maria.url(), pg.url());
    let env = [("REDIS_URL", &*redis_url), ("MYSQL_URL", &*maria_url), ("DATABASE_URL", &*pg_url)];
    let mut look = ours(&["detect", "--window", "0"], &env);
    // As the protocol has them; the client's own start-up is what a person waits for.
    let mut protocol = shell(&format!(
        "redis-cli -p {} info stats | grep -E '(keyspace_hits|keyspace_misses)'
         mysql --no-defaults -h127.0.0.1 -P{} -u{} -p{} -e 'SHOW PROCESSLIST;' | wc -l
         psql '{pg_url}' -c \"SELECT count(*) FROM pg_stat_activity WHERE state = 'active';\"",
        redis.port(),
        maria.port(),
        stampede::lab::USER,
        lab.password(),
    ));
    let (a, b) = pair(15, &mut look, &mut protocol);
    let ratio = a.as_secs_f64() / b.as_secs_f64();
    row(
        "`detect --window 0`, three servers, against the protocol's three commands",
        &format!("{} against {}: {ratio:.2} x", ms(a), ms(b)),
        "<= 0.5 x",
        ratio <= 0.5,
    );
    let mut window = ours(&["detect"], &env);
    let took = median((0..3).map(|_| time(&mut window).0).collect());
    row("`detect`, window 2 s", &ms(took), "<= 2300 ms", took.as_millis() <= 2300);
    if let Some(peak) = peak_memory(&window) {
        row("`detect`, peak memory", &format!("{:.1} MB", peak as f64 / 1e3), "<= 40 MB", peak <= 40_000);
    }
    lab.stop().await;
    Ok(())
}

/// 100 real Redis servers.
pub async fn many() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let mut yaml = "version: 1\ntargets:\n".to_owned();
    for n in 0..100 {
        let redis = lab.redis(&[]).await?;
        yaml.push_str(&format!("  r{n}: {{ redis: \"{}\" }}\n", redis.url()));
    }
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("stampede.yaml");
    std::fs::write(&file, yaml).expect("the file is written");
    let file = file.display().to_string();
    let mut one = ours(&["detect", "--config", &file, "--target", "r0"], &[]);
    let mut all = ours(&["detect", "--config", &file], &[]);
    let (all, one) = pair(3, &mut all, &mut one);
    let window = 2.0;
    let limit = 1.5 * (one.as_secs_f64() - window) + window;
    // Read both ways of the target: beyond the window, and as a whole.
    let whole = all.as_secs_f64() <= 1.5 * one.as_secs_f64();
    row(
        "`detect`, 100 Redis targets against one",
        &format!("{} against {} (1.5 x beyond the window would be {limit:.2} s)", ms(all), ms(one)),
        "<= 1.5 x the time for one + window",
        whole,
    );
    lab.stop().await;
    Ok(())
}
