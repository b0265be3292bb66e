import { all, type Programs } from "../program.ts";
import { interpreter, shell } from "../rules/shells.ts";
import { wrapper } from "../rules/wrappers.ts";

/** What runs programs that are not looked into. */
export const INTERPRETERS: Programs = {
  ...all("sh bash dash ash zsh ksh mksh rbash rksh", { rule: shell }),
  ...all(
    "python perl ruby node nodejs deno bun php lua luajit tclsh wish expect guile Rscript groovy scala java jshell ghci ocaml erl iex elixir julia pwsh powershell fish csh tcsh nu osascript irb pry bpython ipython",
    {
      rule: interpreter,
    },
  ),
  ...all("busybox toybox", { rule: wrapper({ options: {}, alone: { effect: "read", says: "Lists the programs it holds" } }) }),
  ...all("ansible ansible-playbook ansible-pull salt salt-call puppet chef-client fab capistrano", {
    effect: "unknown",
    says: "Runs what its files say, on other hosts too",
    kind: "none",
  }),
  "run-parts": { effect: "unknown", says: "Runs every program in {}" },
};
