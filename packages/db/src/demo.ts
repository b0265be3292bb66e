/** Somebody of the tour. */
export interface DemoUser {
  name: string;
  displayName: string;
  color: string;
  groups: readonly string[];
}

/** The accounts of demo mode; all of them sign in with DEMO_PASSWORD. */
export const DEMO_USERS: readonly DemoUser[] = [
  { name: "oncall", displayName: "Nadia Okafor", color: "#5b8cff", groups: ["oncall"] },
  { name: "responder", displayName: "Tomás Rivera", color: "#a78bfa", groups: ["responders"] },
  { name: "reviewer", displayName: "Ingrid Solberg", color: "#3fb68b", groups: ["payments-reviewers", "platform", "network"] },
  { name: "reviewer2", displayName: "Kenji Watanabe", color: "#e2a93b", groups: ["payments-reviewers", "platform", "network"] },
  { name: "admin", displayName: "Amara Diallo", color: "#f472b6", groups: ["admins"] },
  { name: "observer", displayName: "Lukas Brandt", color: "#8b93a7", groups: [] },
];

export const DEMO_PASSWORD = "interlock";
