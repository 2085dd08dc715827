//! What is said of doors and of an instance that cannot be used, and of what is hardly meant.

use super::check;
use expect_test::expect;

#[test]
fn users_must_be_somebody_and_name_what_exists() {
    let main = "[[ipc.user]]\nroles = [\"admn\"]\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: `ipc.user[0].roles` does not know "admn"
         --> DIR/deskd.toml:2:10
          |
        2 | roles = ["admn"]
          |          ^^^^^^
          = help: did you mean "admin"? Known are agent, supervisor, admin, integrator"#]],
    );
    let main = "[[ipc.user]]\nroles = [\"admin\"]\n\
                [[ipc.user]]\nuid = 4242\nagents = [\"anne\"]\nqueues = [\"sales\"]\n\
                [[ipc.user]]\nuid = 4242\nroles = [\"supervisor\"]\n\
                [[ipc.user]]\nuser = \"no such account\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: this user is nobody
         --> DIR/deskd.toml:1:1
          |
        1 | [[ipc.user]]
          | ^^^^^^^^^^^^
          = help: add uid = 1000 or user = "name"

        error: this account is listed more than once
         --> DIR/deskd.toml:3:1
          |
        3 | [[ipc.user]]
          | ^^^^^^^^^^^^
          = help: put what it may do into one [[ipc.user]]

        error: there is no agent "anne"
         --> DIR/deskd.toml:5:11
          |
        5 | agents = ["anne"]
          |           ^^^^^^
          = help: did you mean "ann"?

        error: there is no queue "sales"
         --> DIR/deskd.toml:6:11
          |
        6 | queues = ["sales"]
          |           ^^^^^^^
          = help: known are support

        error: the role agent and a list of agents go together
         --> DIR/deskd.toml:3:1
          |
        3 | [[ipc.user]]
          | ^^^^^^^^^^^^
          = help: give both roles = ["agent"] and agents = ["…"], or neither

        error: this account is listed more than once
         --> DIR/deskd.toml:7:1
          |
        7 | [[ipc.user]]
          | ^^^^^^^^^^^^
          = help: put what it may do into one [[ipc.user]]

        warning: this supervisor has no queues, so the role gives nothing
         --> DIR/deskd.toml:9:1
          |
        9 | roles = ["supervisor"]
          | ^^^^^
          = help: add queues = ["…"]

        warning: this machine has no account "no such account", so this gives nothing
          --> DIR/deskd.toml:11:8
           |
        11 | user = "no such account"
           |        ^^^^^^^^^^^^^^^^^
           = help: correct the name, or add the account

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn the_instance_must_be_reached_safely_with_a_whole_account() {
    let main = "[servicenow]\nurl = \"http://desk.example\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: over http the password would cross the network unencrypted
         --> DIR/deskd.toml:2:7
          |
        2 | url = "http://desk.example"
          |       ^^^^^^^^^^^^^^^^^^^^^
          = help: write https://, or set servicenow.allow_http = true if you mean it

        error: servicenow.username is not set
         --> DIR/deskd.toml:1:2
          |
        1 | [servicenow]
          |  ^^^^^^^^^^
          = help: add the account

        error: the account has no password
         --> DIR/deskd.toml:1:2
          |
        1 | [servicenow]
          |  ^^^^^^^^^^
          = help: set password_file or password_env; the password itself never stands here"#]],
    );
    let main = "[servicenow]\nurl = \"https://desk.example/?a=b\"\nusername = \"u\"\n\
                password_file = \"p\"\npassword_env = \"P\"\npop_template = \"/x/{id}\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: `servicenow.pop_template`: '/x/{id}' has a placeholder other than {table}, {sys_id} and {target}
         --> DIR/deskd.toml:6:16
          |
        6 | pop_template = "/x/{id}"
          |                ^^^^^^^^^"#]],
    );
    let main = "[servicenow]\nurl = \"http://127.0.0.1:1\"\nusername = \"u\"\npassword_env = \"P\"\n\
                [servicenow.lookup]\nfields = [\"name\", \"e mail\"]\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: a field of the lookup cannot be "e mail"
         --> DIR/deskd.toml:6:19
          |
        6 | fields = ["name", "e mail"]
          |                   ^^^^^^^^
          = help: ServiceNow names tables and fields by lowercase letters, digits and _

        error: the field that is asked for is not among those that are read
         --> DIR/deskd.toml:6:1
          |
        6 | fields = ["name", "e mail"]
          | ^^^^^^
          = help: add "email", so that the answer can be checked"#]],
    );
}

#[test]
fn a_socket_path_that_is_too_long_is_an_error() {
    let main = format!("[ipc]\nsocket = \"/{}\"\nmode = \"066\"\n", "s".repeat(107));
    check(
        &[("deskd.toml", &main)],
        expect![[r#"
        error: the socket's path is 108 bytes long: /sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss
         --> DIR/deskd.toml:2:10
          |
        2 | socket = "/sssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssssss"
          |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          = help: set ipc.socket to a path of at most 107 bytes

        error: the socket's owner could not use it
         --> DIR/deskd.toml:3:8
          |
        3 | mode = "066"
          |        ^^^^^
          = help: write a mode such as "0660" (group) or "0600" (owner alone)

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn what_can_be_used_but_is_hardly_meant_is_a_warning() {
    let main = "[http]\nlisten = \"0.0.0.0:8010\"\n[metrics]\nread = \"open\"\n";
    let (agent, queue) = ("capacity = 1\n[queues]\nsupport = 50\n", "weight = 2\nskills.x = 1\n");
    check(
        &[
            ("deskd.toml", main),
            ("agents.d/ann.toml", agent),
            ("agents.d/ben.toml", "# no queue"),
            ("queues.d/support.toml", queue),
            ("queues.d/empty.toml", "# as every queue"),
        ],
        expect![[r#"
            warning: customers' chats are open to the network, unencrypted, at 0.0.0.0:8010
             --> DIR/deskd.toml:2:10
              |
            2 | listen = "0.0.0.0:8010"
              |          ^^^^^^^^^^^^^^
              = help: set http.tls, or listen on 127.0.0.1 and put a proxy with TLS before it

            warning: whoever reaches the HTTP door reads how the desk is doing
             --> DIR/deskd.toml:4:8
              |
            4 | read = "open"
              |        ^^^^^^
              = help: set metrics.read = "token", or keep /metrics from others at the proxy

            warning: servicenow.url is not set: no customer is looked up, incidents wait
             --> DIR/deskd.toml
              = help: set url, username and password_file or password_env

            warning: agent "ben" serves no queue
             --> DIR/agents.d/ben.toml
              = help: add a table queues, such as queues = { support = 50 }

            warning: queue "empty" has no members, so its chats wait
             --> DIR/queues.d/empty.toml
              = help: add it to an agent: queues = { empty = 50 }

            warning: a chat of queue "support" weighs 2, more than any member can carry (1)
             --> DIR/queues.d/support.toml:1:10
              |
            1 | weight = 2
              |          ^
              = help: lower the weight or raise a capacity

            warning: no member of queue "support" has all skills it needs
             --> DIR/queues.d/support.toml:2:1
              |
            2 | skills.x = 1
              | ^^^^^^
              = help: lower the levels or add skills to a member"#]],
    );
}

#[test]
fn each_way_to_log_in_needs_its_own_and_nothing_else() {
    let main = "[servicenow]\nurl = \"http://127.0.0.1:1\"\nauth = \"oauth\"\nusername = \"u\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: servicenow.oauth.client_id is not set
         --> DIR/deskd.toml:1:2
          |
        1 | [servicenow]
          |  ^^^^^^^^^^
          = help: add the id of the application that the instance's registry holds

        error: the account has no client secret
         --> DIR/deskd.toml:1:2
          |
        1 | [servicenow]
          |  ^^^^^^^^^^
          = help: set client_secret_file or client_secret_env; the client secret itself never stands here

        warning: servicenow.username is set, and servicenow.auth does not use it
         --> DIR/deskd.toml:4:12
          |
        4 | username = "u"
          |            ^^^
          = help: write auth = "basic", or take it out"#]],
    );
    let main = "[servicenow]\nurl = \"http://127.0.0.1:1\"\nauth = \"api_key\"\n\
                [servicenow.api_key]\nkey_file = \"k\"\nkey_env = \"K\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: the key is to come from a file and from the environment
         --> DIR/deskd.toml:6:11
          |
        6 | key_env = "K"
          |           ^^^
          = help: take key_file or key_env out"#]],
    );
    let main = "[servicenow]\nurl = \"http://127.0.0.1:1\"\nauth = \"certificate\"\n\
                [servicenow.tls]\nkey = \"k\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: a certificate serves only with its key
         --> DIR/deskd.toml:4:13
          |
        4 | [servicenow.tls]
          |             ^^^
          = help: set both certificate and key, or neither

        error: auth = "certificate" needs a certificate
         --> DIR/deskd.toml:4:13
          |
        4 | [servicenow.tls]
          |             ^^^
          = help: set servicenow.tls.certificate and servicenow.tls.key

        error: a certificate can be shown over https alone
         --> DIR/deskd.toml:4:13
          |
        4 | [servicenow.tls]
          |             ^^^
          = help: write https://, or choose another servicenow.auth"#]],
    );
}

#[test]
fn a_provider_must_be_safe_to_ask_and_roles_must_be_real() {
    let main = "[oidc]\nissuer = \"http://login.example\"\ntimeout_secs = 0\n\
                [oidc.agents]\n\"ann.archer\" = \"anne\"\n\
                [[oidc.group]]\nname = \"leads\"\nrole = \"supervisor\"\nqueues = [\"suport\"]\n\
                [[oidc.group]]\nname = \"bots\"\nrole = \"integrator\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: `oidc.timeout_secs` is 0, outside 1 to 60
         --> DIR/deskd.toml:3:16
          |
        3 | timeout_secs = 0
          |                ^
          = help: write a whole number from 1 to 60

        error: this is no address of a provider
         --> DIR/deskd.toml:2:10
          |
        2 | issuer = "http://login.example"
          |          ^^^^^^^^^^^^^^^^^^^^^^
          = help: write https://…, as the provider calls itself

        error: there is no agent "anne"
         --> DIR/deskd.toml:5:16
          |
        5 | "ann.archer" = "anne"
          |                ^^^^^^
          = help: did you mean "ann"?

        error: there is no queue "suport"
         --> DIR/deskd.toml:9:11
          |
        9 | queues = ["suport"]
          |           ^^^^^^^^
          = help: did you mean "support"?

        error: an integrator is no person
          --> DIR/deskd.toml:12:8
           |
        12 | role = "integrator"
           |        ^^^^^^^^^^^^
           = help: make a token for it: `deskctl token create --role integrator`

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
    let main = "[oidc]\nissuer = \"https://login.example\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        warning: nobody may do anything whom the provider lets in
         --> DIR/deskd.toml:2:10
          |
        2 | issuer = "https://login.example"
          |          ^^^^^^^^^^^^^^^^^^^^^^^
          = help: add [oidc.agents], or [[oidc.group]] with a role

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}

#[test]
fn a_site_that_vouches_has_an_address_and_one_secret() {
    let main = "[[identity.site]]\norigin = \"shop.example\"\nsecret_env = \"A\"\nsecret_file = \"b\"\n\
                [[identity.site]]\norigin = \"https://shop.example\"\n\
                [http]\npublic_url = \"https://desk.example\"\ntrusted_proxies = [\"10.0.0/8\"]\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: `http.trusted_proxies`: write an address such as 127.0.0.1, or a network such as 10.0.0.0/8
         --> DIR/deskd.toml:9:19
          |
        9 | trusted_proxies = ["10.0.0/8"]
          |                   ^^^^^^^^^^^^"#]],
    );
    let main = "[[identity.site]]\norigin = \"shop.example\"\nsecret_env = \"A\"\nsecret_file = \"b\"\n\
                [[identity.site]]\norigin = \"https://shop.example\"\n\
                [http]\npublic_url = \"https://desk.example\"\n";
    check(
        &[("deskd.toml", main)],
        expect![[r#"
        error: this is no site
         --> DIR/deskd.toml:2:10
          |
        2 | origin = "shop.example"
          |          ^^^^^^^^^^^^^^
          = help: write it such as "https://shop.example.com"

        error: the secret is to come from a file and from the environment
         --> DIR/deskd.toml:3:14
          |
        3 | secret_env = ***
          |              ^^^
          = help: take one of both out

        error: this site has no secret
         --> DIR/deskd.toml:5:1
          |
        5 | [[identity.site]]
          | ^^^^^^^^^^^^^^^^^
          = help: set secret_file or secret_env; the secret itself never stands here

        warning: no proxy is trusted, so all who come by it count as one address
         --> DIR/deskd.toml:8:14
          |
        8 | public_url = "https://desk.example"
          |              ^^^^^^^^^^^^^^^^^^^^^^
          = help: set http.trusted_proxies = ["127.0.0.1"], or wherever it connects from

        warning: servicenow.url is not set: no customer is looked up, incidents wait
         --> DIR/deskd.toml
          = help: set url, username and password_file or password_env"#]],
    );
}
