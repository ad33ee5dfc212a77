//! A TTL histogram of a million keys, and what it costs the server.

use stampede::error::Failure;
use stampede::lab::Lab;

use crate::stopwatch::{ms, ours, row, shell, time};

const KEYS: u32 = 1_000_000;

pub async fn run() -> Result<(), Failure> {
    let lab = Lab::new()?;
    let redis = lab.redis(&["--enable-debug-command", "local"]).await?;
    let port = redis.port();
    // DEBUG POPULATE makes keys without TTL; a script gives them one, spread over an hour.
    let seed = format!(
        "redis-cli -p {port} eval \"for i=1,{KEYS} do redis.call('SET','user:profile:'..i,'x','PX',60000+(i*7919)%3600000) end\" 0"
    );
    time(&mut shell(&seed));
    let url = redis.url();
    time(&mut shell(&format!("redis-cli -p {port} config resetstat")));
    let mut sample = ours(&["detect", "ttl", "--window", "0", "--samples", "10000"], &[("REDIS_URL", &url)]);
    let (took, _) = time(&mut sample);
    let stats = std::process::Command::new("redis-cli")
        .args(["-p", &port.to_string(), "info", "commandstats"])
        .output();
    let stats = String::from_utf8(stats.expect("redis-cli runs").stdout).unwrap_or_default();
    let busy: f64 = stats
        .lines()
        .filter(|line| !line.starts_with("cmdstat_info") && !line.starts_with("cmdstat_config"))
        .filter_map(|line| line.split("usec=").nth(1)?.split(',').next()?.parse::<f64>().ok())
        .sum();
    let share = busy / 1e6 / took.as_secs_f64();
    row("TTL histogram, 10,000 samples of 1,000,000 keys", &ms(took), "<= 1 s", took.as_secs_f64() <= 1.0);
    row(
        "its commands' share of the server's time",
        &format!("{:.1} %", share * 100.0),
        "<= 10 %",
        share <= 0.10,
    );
    lab.stop().await;
    Ok(())
}
