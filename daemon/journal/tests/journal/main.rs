//! The journal's promises, checked from outside: one file per group of promises.

mod contract;
mod crash;
mod damage;
mod export;
mod fixture;
mod loss;
mod start;
mod support;
