//! Speed of the whole process, side by side with its peers in the same run: `make bench`, or
//! `cargo bench --bench speed -- NAME…` for some of it. What is measured, and the results, are in docs/performance.md.

mod act;
mod databases;
mod door;
mod fleet;
mod freeze;
mod logs;
mod pods;
mod prevent;
mod protect;
mod relief;
mod simulate;
mod stagger;
mod start;
mod stopwatch;
mod ttl;
mod warm;

use stampede::error::Failure;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let privileges = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let result: Result<(), Failure> = runtime.block_on(async {
        if privileges("start") {
            start::run();
        }
        if privileges("databases") {
            databases::run().await?;
        }
        if privileges("many") {
            databases::many().await?;
        }
        if privileges("logs") {
            logs::run();
        }
        if privileges("pods") {
            pods::run();
        }
        if privileges("ttl") {
            ttl::run().await?;
        }
        if privileges("act") {
            act::run().await?;
        }
        if privileges("freeze") {
            freeze::run().await?;
        }
        if privileges("stagger") {
            stagger::run().await?;
        }
        if privileges("warm") {
            warm::run().await?;
        }
        if privileges("prevent") {
            prevent::run().await?;
        }
        if privileges("protect") {
            protect::run().await?;
        }
        if privileges("relief") {
            relief::run().await?;
        }
        if privileges("simulate") {
            simulate::run();
        }
        if privileges("door") {
            door::run().await?;
        }
        if privileges("fleet") {
            fleet::run().await?;
        }
        Ok(())
    });
    if let Err(failure) = result {
        stopwatch::say(&format!("stopped: {failure}"));
        std::process::exit(1);
    }
}
