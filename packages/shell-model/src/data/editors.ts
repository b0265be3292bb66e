import { listed, quoted } from "../call.ts";
import { all, type Programs } from "../program.ts";
import { scan } from "../options.ts";

/** Editors. What is typed inside one is not judged; opening a file in it is a change of that file. */
export const EDITORS: Programs = {
  ...all("vi vim nvim view vimdiff ex rvim rview vim.tiny vim.basic", {
    rule: (call) => {
      const words = call.words();
      if (words.length === 1 && words[0] === "--version") {
        call.note("read", "Shows the version of the editor");
        return undefined;
      }
      const scanned = scan(call.args, {
        safe: "R n N b o? O? p? d r L y Z m M C e v E i: T: w: W: --clean --noplugin --not-a-term t:",
        opaque: "c: S: s: u: U: + --cmd= --remote? --remote-send= --remote-expr= --startuptime=",
      });
      for (const given of scanned.given) {
        // `+12` and `+/text` go to a place.
        if (given.name === "+" && /^\+(?:\d*|\/[\w .-]+)$/u.test(given.value?.text ?? "")) continue;
        if (given.meaning === "opaque")
          call.unclear(`${call.name} ${quoted(given.value?.shown ?? given.name)} runs commands of the editor`, given.at);
      }
      for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to ${call.name} is not known`, at);
      open(call, scanned.operands);
      return undefined;
    },
  }),
  ...all("nano pico micro joe mcedit ne jed emacs emacsclient kak hx helix gedit code subl", {
    rule: (call) => {
      const operands = call.args.filter((arg) => !/^[-+]/u.test(arg.lead));
      const runs = call.args.find(
        (arg) => /^(?:--?(?:eval|f|funcall|load|l|batch|script|e|speller|s|rcfile|f))(?:$|=)/u.test(arg.lead) && call.name !== "code",
      );
      if (runs) call.unclear(`${call.name} ${runs.shown} runs commands of the editor`, runs);
      open(call, operands);
      return undefined;
    },
  }),
  ...all("ed red", { effect: "unknown", says: "Edits {} by commands that may run others", tty: true }),
  ...all("mc ranger nnn vifm lf", { effect: "unknown", says: "Opens a file manager, in which anything can be done", tty: true }),
};

function open(call: Parameters<NonNullable<Programs[string]["rule"]>>[0], operands: readonly (typeof call.args)[number][]): void {
  call.scope.sheet.needsTty ??= call.name;
  const names = listed(operands.map((arg) => arg.shown));
  call.note("modify", operands.length === 0 ? "Opens an editor" : `Opens ${names} in an editor; what is typed there is not judged`);
  for (const arg of operands) call.writes(arg, "modify");
}
