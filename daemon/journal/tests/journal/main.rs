//! The journal's promises, checked from outside: one file per group of promises.

mod backup;
mod contract;
mod crash;
mod damage;
mod export;
mod fixture;
mod loss;
mod recover;
mod start;
mod support;
