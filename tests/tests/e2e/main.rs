//! End to end, over the real binaries: a customer over HTTP, agents and admins over deskctl, records
//! in a ServiceNow sandbox, state in a journal on disk, and `kill -9` in between.

mod agents;
mod attackers;
mod audit;
mod by_hand;
mod conversation;
mod deliver;
mod disk;
mod doors;
mod exactly_once;
mod explain;
mod hours;
mod identity;
mod kills;
mod looping;
mod open;
mod outage;
mod person;
mod procedure;
mod proxied;
mod receiver;
mod reload;
mod reloads;
mod replay;
mod restart;
mod routing;
mod rules;
mod scripts;
mod secured;
mod sets;
mod shadow;
mod shipped;
mod steady;
mod waiting;
mod work;
mod world;
