/** As the agent seeds them; printed at start. */
export const DEMO_PASSWORD = "interlock";
export const DEMO_ACCOUNTS: readonly { name: string; groups: string }[] = [
  { name: "oncall", groups: "oncall" },
  { name: "responder", groups: "responders" },
  { name: "reviewer", groups: "payments-reviewers, platform, network" },
  { name: "reviewer2", groups: "payments-reviewers, platform, network" },
  { name: "admin", groups: "admins" },
  { name: "observer", groups: "(none)" },
];
