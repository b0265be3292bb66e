import { quoted } from "../call.ts";
import { all, type Programs } from "../program.ts";
import { alias, assigns, declare, enable, history, set, test, trap } from "../rules/builtins.ts";
import { opaque } from "../rules/shells.ts";
import { command } from "../rules/wrappers.ts";

/** Builtins of bash. Source: the Bash Reference Manual 5.3, "Shell Builtin Commands". */
export const BUILTINS: Programs = {
  ...all("echo", { says: "Writes text", kind: "none", builtin: true }),
  ...all(": true false", { says: "Does nothing", kind: "none", builtin: true }),
  ...all("pwd dirs jobs times caller compgen type help suspend logout", {
    says: "Shows what the shell knows",
    kind: "none",
    builtin: true,
  }),
  ...all("cd pushd popd", { effect: "session", says: "Goes to {}", kind: "name", builtin: true }),
  ...all("bg fg disown wait umask ulimit shift return break continue exit complete compopt bind", {
    effect: "session",
    says: "Changes this session only",
    kind: "none",
    builtin: true,
  }),
  umask: { effect: "session", bare: "read", says: "Sets which rights new files of this session lack", kind: "none", builtin: true },
  ulimit: {
    effect: "session",
    bare: "read",
    options: { shows: "a", loose: true },
    says: "Sets limits of this session",
    kind: "none",
    builtin: true,
  },
  wait: {
    says: "Waits for processes of this session",
    kind: "none",
    builtin: true,
    rule: (call) => (call.words().includes("-p") ? assigns(call) : { says: "Waits for processes of this session", kind: "none" }),
  },
  bind: {
    builtin: true,
    effect: "session",
    bare: "read",
    options: { shows: "l p P s S v V X", opaque: "x: f:", safe: "m: q: u: r:" },
    kind: "none",
  },
  ...all("complete compgen", {
    builtin: true,
    rule: (call) => {
      // The words of -W are expanded, commands in them included; the names of functions and patterns are not.
      const expands = call.args.find((arg) => arg.text === undefined || /[$`]/u.test(arg.text));
      if (expands) call.unclear(`${call.name} expands ${quoted(expands.shown)}, commands in it included`, expands);
      const shows = call.name === "compgen" || call.words().includes("-p");
      return {
        kind: "none",
        effect: shows ? "read" : "session",
        bare: "read",
        says: shows ? "Shows completions" : "Sets completions of this session",
        options: { loose: true, opaque: call.name === "compgen" ? "C: F:" : "C:" },
      };
    },
  }),
  ...all("export declare typeset local readonly", { builtin: true, rule: declare }),
  ...all("read mapfile readarray getopts unset printf let", { builtin: true, rule: assigns }),
  ...all("test [", { builtin: true, rule: test }),
  ...all("set shopt", { builtin: true, rule: set }),
  alias: { builtin: true, rule: alias },
  unalias: { builtin: true, effect: "session", says: "Forgets what {} stands for", kind: "name" },
  trap: { builtin: true, rule: trap },
  ...all("enable hash", { builtin: true, rule: enable }),
  ...all("history fc", { builtin: true, rule: history }),
  ...all("command builtin exec", { builtin: true, rule: command }),
  ...all("noglob nocorrect", { builtin: true, rule: command }),
  eval: { builtin: true, rule: opaque("eval runs what its words turn out to be") },
  ...all(". source", { builtin: true, rule: opaque("What is in the file is not read") }),
};
