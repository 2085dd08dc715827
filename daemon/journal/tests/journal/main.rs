//! The journal's promises, checked from outside: one file per group of promises.

mod backup;
mod contract;
mod crash;
mod cut;
mod damage;
mod erase;
mod export;
mod fixture;
mod loss;
mod recover;
mod start;
mod support;
