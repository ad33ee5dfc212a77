//! An nginx in front of the application, by the real program and its `stub_status` page.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use stampede::clock;
use tempfile::TempDir;

use crate::support::PATIENCE;
use crate::support::binary::{End, Home};

/// An nginx of its own in the foreground; ended when it is dropped.
struct Nginx {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Nginx {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let at = folder.path().display();
        let config = format!(
            "daemon off; master_process off; pid {at}/pid; error_log {at}/error.log;\n\
             events {{ worker_connections 64; }}\n\
             http {{\n\
               access_log off; client_body_temp_path {at}; proxy_temp_path {at}; fastcgi_temp_path {at};\n\
               uwsgi_temp_path {at}; scgi_temp_path {at};\n\
               server {{\n\
                 listen 127.0.0.1:{port};\n\
                 location /status {{ stub_status; }}\n\
                 location / {{ return 200 'hello'; }}\n\
               }}\n\
             }}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, config).unwrap();
        let program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];
        let program = program.into_iter().find(|path| fs::exists(path).unwrap()).expect("nginx is installed");
        let child = Command::new(program)
            .arg("-c")
            .arg(&file)
            .arg("-p")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self { child, port, _folder: folder };
        let until = clock::instant() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(clock::instant() < until, "nginx does not listen");
            clock::sleep(std::time::Duration::from_millis(10)).await;
        }
        nginx
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_page_is_read_and_another_page_is_none() {
    let nginx = Nginx::start().await;
    let home = Home::new();
    let config = |path: &str| {
        format!("version: 1\ntargets:\n  edge: {{ nginx: \"http://127.0.0.1:{}{path}\" }}\n", nginx.port)
    };
    home.file("stampede.yaml", config("/status"));
    // Connections that are kept open and silent.
    let idle: Vec<TcpStream> =
        (0..5).map(|_| TcpStream::connect(("127.0.0.1", nginx.port)).unwrap()).collect();
    let args = ["detect", "--window", "500ms", "-o", "json", "--no-record"];
    let ended = home.stampede(args).spawn().wait().await;
    let said: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    let metrics = &said["targets"][0]["metrics"];
    let value = |name: &str| metrics[name]["value"].as_f64();
    assert!(value("nginx.active").is_some_and(|active| active >= idle.len() as f64), "{ended}");
    assert_eq!(value("nginx.dropped"), Some(0.0), "{ended}");
    assert_eq!(value("nginx.requests"), Some(0.0), "our own requests are none: {ended}");
    home.file("stampede.yaml", config("/"));
    let ended = home.stampede(["detect", "--window", "500ms", "--no-record"]).spawn().wait().await;
    assert_ne!(ended.end, End::Code(0), "{ended}");
    assert!(ended.to_string().contains("not with a stub_status page"), "{ended}");
}
