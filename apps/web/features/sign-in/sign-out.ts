"use client";
import { toast } from "sonner";
import { forgetObjects } from "../yaml/kept-edits.ts";
import { signOut } from "./session-client.ts";

/** Signs out and goes to the sign-in page by a full load, so that nothing of this person stays in memory. */
export async function leave(): Promise<void> {
  const outcome = await signOut();
  if (outcome.ok) {
    forgetObjects(sessionStorage);
    window.location.assign("/sign-in");
  } else toast.error("Signing out failed", { description: "Interlock does not answer; you are still signed in. Try again." });
}
