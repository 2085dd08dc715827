//! `deskd sandbox` as a program of its own, with every file that it takes.

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A sandbox, and the address that it said.
struct Sandbox {
    child: Child,
    url: String,
}

impl Sandbox {
    fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskd-under-test"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--data", "data"])
            .args(args)
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("deskd starts");
        let mut url = String::new();
        let stdout = child.stdout.take().expect("a pipe");
        BufReader::new(stdout).read_line(&mut url).expect("a line");
        Self { child, url: url.trim().to_owned() }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_sandbox_speaks_https_and_begins_with_what_its_files_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("written");
    };
    write("columns.csv", "table,column,type,label,length\nincident,u_site,string,Site,10\n");
    write("people.csv", "user_name,first_name,last_name,email\nada,Ada,King,ada@corp.example\n");
    write("rows.csv", "name,email\nNoor,noor@corp.example\n");
    write("incidents.csv", "number,caller_id,short_description,Site\nINC0020001,ada,x,Vienna\n");
    write("faults.json", r#"[{"match": {"method": "GET"}, "kind": "status", "status": 503}]"#);
    let sandbox = Sandbox::start(
        folder.path(),
        &[
            ["--user", "jo", "--password", "secret", "--tls"].as_slice(),
            &["--faults", "faults.json", "--columns", "columns.csv", "--import", "people.csv"],
            &["--import", "customer_contact=rows.csv", "--import", "incidents.csv"],
        ]
        .concat(),
    );
    assert!(sandbox.url.starts_with("https://127.0.0.1:"), "{}", sandbox.url);

    let _ = rustls::crypto::ring::default_provider().install_default();
    let pem = fs::read(folder.path().join("data/certificate.pem")).expect("a certificate");
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(&pem).expect("a certificate")])
        .build()
        .expect("a client");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let get = |path: &str| {
        let request = client.get(format!("{}{path}", sandbox.url));
        let request = request.basic_auth("jo", Some("secret"));
        runtime.block_on(async {
            let answer = request.send().await.expect("answered");
            (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
        })
    };
    let incidents =
        "/api/now/table/incident?sysparm_fields=caller_id.name,u_site,opened_by.user_name";
    assert_eq!(get(incidents).0, 503, "by the plan of faults");
    let row = json!({"caller_id.name": "Ada King", "u_site": "Vienna", "opened_by.user_name": ""});
    assert_eq!(get(incidents), (200, json!({"result": [row]})));
    let contacts = "/api/now/table/customer_contact?name=Noor&sysparm_fields=email";
    let row = json!({"email": "noor@corp.example"});
    assert_eq!(get(contacts).1, json!({"result": [row]}));
    let account = "/api/now/table/sys_user?user_name=jo&sysparm_fields=user_name";
    assert_eq!(get(account).1, json!({"result": [{"user_name": "jo"}]}));
}
