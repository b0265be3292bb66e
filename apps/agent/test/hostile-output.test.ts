import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import type { Terminal, TerminalFrame } from "@interlock/protocol";
import headless from "@xterm/headless";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { restOf, unpackedText } from "./recording-scene.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 80, rows: 24 } as const;
const E = "\u001b";
const ST = `${E}\\`;
const BEL = "\u0007";

/** What no browser and no recording may be told. Where one carries words they are `smuggled`. */
const HOSTILE: readonly string[] = [
  // The clipboard: put, taken, and asked for.
  `${E}]52;c;smuggled=${BEL}`,
  `${E}]52;c;smuggled=${ST}`,
  `${E}]52;;smuggled=${BEL}`,
  `${E}]52;c;?${ST}`,
  // What a terminal answers as if somebody typed it: state, device, version, modes, settings, colours, what it is called.
  ...["[5n", "[6n", "[?6n", "[c", "[0c", "[>c", "[=c", "[>q", "[?u", "[?1$p", "[4$p", "[x", "Z"].map((asks) => E + asks),
  ...["$qm", '$q"p', "$qr", "+q544e"].map((asks) => `${E}P${asks}${ST}`),
  ...["4;1;?", "10;?", "11;?", "12;?"].map((asks) => `${E}]${asks}${ST}`),
  // Windows: their size, place and title.
  ...["8;50;200", "3;1;1", "9;1", "14", "18", "19", "21", "22;0", "23;0"].map((does) => `${E}[${does}t`),
  `${E}[?3h`,
  // Names of windows.
  `${E}]0;smuggled${BEL}`,
  `${E}]1;smuggled${ST}`,
  `${E}]2;smuggled${ST}`,
  // Notifications, files, fonts, keys that are programmed, printers, other keyboards, strings of no meaning.
  `${E}]9;smuggled${BEL}`,
  `${E}]777;notify;smuggled;smuggled${BEL}`,
  `${E}]1337;File=name=smuggled;inline=1:c211Z2dsZWQ=${BEL}`,
  `${E}]50;smuggled${BEL}`,
  `${E}P1;1|17/736d7567676c6564${ST}`,
  ...["[5i", "[4i", "[>4;2m", "[>1u", "[=1u", "[?9001h", "[?2031h", "[?12h"].map((does) => E + does),
  ...["_", "^", "X"].map((string) => `${E}${string}smuggled${ST}`),
];

/** The same in 8 bits, by code point: a C1 control for each introducer and end. */
const inC1 = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  text.replaceAll(/\u001b[@-_]/gu, (escape) => String.fromCharCode(escape.charCodeAt(1) + 0x40));

interface Printed {
  /** Bytes, in writes with a pause between them. */
  writes: readonly Uint8Array[];
  /** What of it is to be seen: nothing, where it is left out as what it is. */
  shown: string;
}
const PRINTED: readonly Printed[] = [
  ...HOSTILE.map((text) => ({ writes: [Buffer.from(text)], shown: "" })),
  ...HOSTILE.map((text) => ({ writes: [Buffer.from(inC1(text))], shown: "" })),
  // A byte beyond ASCII that is no UTF-8 commands nothing. It is shown as one that nobody can read, and so is what follows as the text it is.
  ...HOSTILE.map((text) => inC1(text).replaceAll("smuggled", "harmless")).map((text) => ({
    writes: [Buffer.from(text, "latin1")],
    shown: text.replaceAll(/[\u0080-\u009f]/gu, "\ufffd").replaceAll(BEL, ""),
  })),
  ...[
    [E, "]", "52", ";c;smug", "gled", E, "\\"],
    [`${E}]5`, "2;c;smuggled", BEL],
    [E, "[", "6", "n"],
    [E, "P", "$q", "m", E, "\\"],
    [`${E}]0;smug`, `gled${BEL}`],
  ].map((pieces) => ({ writes: pieces.map((piece) => Buffer.from(piece)), shown: "" })),
  // Within a character, too.
  { writes: [Buffer.of(0xc2), Buffer.of(0x9b), Buffer.from("6n")], shown: "" },
  { writes: [Buffer.of(0xc2), Buffer.concat([Buffer.of(0x9d), Buffer.from("52;c;smuggled\u009c")])], shown: "" },
];

const BELLS = 3_000;
const LONG = 1_000_000;
/** What a program gives itself for a name, last of all, with characters that turn it around and hide. */
const TITLE = `${E}]2;sm\u202euggled-\u200btitle${BEL}`;

/** As `printf` of any shell takes bytes. */
const octal = (bytes: Uint8Array): string => [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
const print = (bytes: Uint8Array | string): string => `printf '${octal(Buffer.from(bytes))}'`;
const long = (introducer: string, end: string): string => `${print(introducer)}; head -c ${LONG} /dev/zero | tr '\\0' s; ${print(end)}`;

/** The program, whose every piece stands between two numbers; then it reads what is typed. */
const PROGRAM = [
  ...PRINTED.map(({ writes }, index) => `printf '[${index}]'; ${writes.map(print).join("; sleep 0.03; ")}; printf '[/${index}]\\n'`),
  `printf '[long]'; ${long(`${E}]0;`, BEL)}; ${long(`${E}]52;c;`, ST)}; ${long(`${E}P`, ST)}; ${long("\u009d52;", "\u009c")}; echo '[/long]'`,
  `printf '[bells]'; head -c ${BELLS} /dev/zero | tr '\\0' '\\007'; echo '[/bells]'`,
  print(TITLE),
  String.raw`printf '\033[1;31mred\033[0m and plain\n'; echo marker-$((1+1))`,
  "cat > got; echo over-$?",
].join("\n");

/** A terminal that does whatever it is told, and what it was made to do besides drawing. */
class Obedient {
  readonly did: string[] = [];
  readonly #terminal = new headless.Terminal({
    cols: SIZE.columns,
    rows: SIZE.rows,
    scrollback: 10_000,
    allowProposedApi: true,
    windowOptions: { getWinSizeChars: true, getWinSizePixels: true, getWinTitle: true, setWinLines: true, setWinSizeChars: true },
  });

  /** `answer`: types what a terminal answers, as a browser does. */
  constructor(answer: (text: string) => void = () => undefined) {
    const terminal = this.#terminal;
    const answers = (text: string): void => {
      this.did.push(`answers ${JSON.stringify(text)}`);
      answer(text);
    };
    terminal.onData(answers);
    terminal.onBinary(answers);
    terminal.onTitleChange((title) => this.did.push(`is called ${title.slice(0, 20)}`));
    for (const number of [0, 1, 2, 4, 9, 10, 11, 12, 50, 52, 777, 1337])
      terminal.parser.registerOscHandler(number, () => {
        this.did.push(`obeys OSC ${number}`);
        return false;
      });
  }

  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(bytes, resolve));
  }

  draw(frame: TerminalFrame): void {
    if (frame.type !== "output" && frame.type !== "picture") return;
    if (frame.type === "picture") this.#terminal.reset();
    this.#terminal.write(frame.bytes.slice());
  }

  /** Everything that it shows, with what has scrolled away. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "").join("\n");
  }

  /** The colour of the first cell of the line that begins with a text, -1 for the usual one. */
  colourOf(text: string): number | undefined {
    const { active } = this.#terminal.buffer;
    const row = this.text.split("\n").findIndex((line) => line.startsWith(text));
    return active.getLine(row)?.getCell(0)?.getFgColor();
  }
}

/** Sequences with which a prompt, a picture and our colours are drawn; each other one is a command, as is each control but BEL and those of lines. */
// oxlint-disable-next-line no-control-regex -- see above
const DRAWING = /\u001b(?:7|\[(?:\?2004[hl]|[\d;]*[mGHJK]))/gu;
// oxlint-disable-next-line no-control-regex -- see above
const COMMAND = /[\u0000-\u0006\u000b\u000c\u000e-\u001f\u007f-\u009f].{0,20}/gu;
const commandsIn = (text: string): string[] => text.replaceAll(DRAWING, "").match(COMMAND) ?? [];

/** Who is told what was shown, and where it is kept. */
const PAGES = [
  "a page that was there",
  "one that asks for everything again",
  "one that comes late",
  "one that comes when it is over",
] as const;
const CASTS = { "the recording as v3": "", "the recording as v2": "?format=v2", "the recording for the player": "?player=true" } as const;
type Form = (typeof PAGES)[number] | "what is stored" | keyof typeof CASTS;
const FORMS: readonly Form[] = [...PAGES, "what is stored", ...(Object.keys(CASTS) as (keyof typeof CASTS)[])];

/** Everything that a page was sent to be drawn, a picture before what follows it. */
const sentTo = ({ frames }: TerminalPage): string =>
  new TextDecoder("utf-8", { fatal: true }).decode(
    Buffer.concat(frames.map((frame) => (frame.type === "output" || frame.type === "picture" ? frame.bytes : Buffer.of()))),
  );

/** What was shown according to the lines of an asciicast, and everything else in them. */
function readCast(cast: string): { shown: string; header: { title?: string }; beside: unknown[] } {
  const [header, ...events] = cast
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown) as [{ title?: string }, ...[number, string, string][]];
  const shown = events.map(([, code, text]) => (code === "o" ? text : "")).join("");
  return { shown, header, beside: events.filter(([, code]) => code !== "o") };
}

describe.skipIf(sshdFor("tests of what hostile programs print") === undefined)("what a program prints to do harm", () => {
  let agent: WholeAgent;
  let sshd: TestSshd;
  let room: RoomPage;
  let id: string;
  let roomTitle: string;
  let browser: Obedient;
  const told = {} as Record<Form, string>;
  const casts: ReturnType<typeof readCast>[] = [];

  beforeAll(async () => {
    [agent, sshd] = await Promise.all([startWholeAgent(), startSshd()]);
    await writeFile(join(sshd.home, "hostile"), PROGRAM, { mode: 0o644 });
    const connectionId = await agent.connect({ name: "api-stg", connector: "ssh", environment: "staging" }, sshd.secret());
    const oncall = await agent.person("oncall");
    roomTitle = (await agent.db.room.findUniqueOrThrow({ where: { id: agent.roomId } })).title;
    room = await agent.room(oncall);
    const answer = await room.ask({ type: "terminal.open", key: "hostile-output", connectionId, ...SIZE });
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    id = String(answer.value?.["terminalId"]);
    const page = await agent.terminal(oncall, id);
    browser = new Obedient((text) => page.type(text));
    let drawn = 0;
    const draw = (): void => {
      for (const frame of page.frames.slice(drawn)) browser.draw(frame);
      drawn = page.frames.length;
    };
    page.ws.on("message", draw);
    draw();
    await becomes(({ shell }) => shell?.guard === "guarded" && shell.folder !== undefined, "guarded");

    page.type("sh ./hostile\r");
    // By then all of it is drawn, so what it is answered with was typed before what is typed now.
    await page.until(() => browser.text.includes("marker-2"), "printed", 60_000);
    page.type("sentinel\r\u0004");
    await page.until(() => browser.text.includes("over-0"), "read");
    const late = await agent.terminal(oncall, id);
    const again = await agent.terminal(oncall, id, 0);
    for (const other of [late, again]) await other.sees("over-0");
    page.type("exit\r");
    await becomes(({ recording }) => recording === "sealed", "sealed");
    const last = await agent.terminal(oncall, id);
    await last.sees("over-0");
    for (const [index, one] of [page, again, late, last].entries()) told[PAGES[index]!] = sentTo(one);

    const chunks = await agent.db.recordingChunk.findMany({ where: { terminalId: id }, orderBy: { number: "asc" } });
    const stored = await unpackedText(chunks.map(({ content }) => content!));
    // Output stands there as it came, behind a line that says how long it is.
    told["what is stored"] = stored.replaceAll(/\n\[[\d.e-]+, "o", +\d+\]\n/gu, "");
    const call = restOf(agent.db, () => agent.port);
    for (const [form, query] of Object.entries(CASTS)) {
      const cast = readCast(await (await call(oncall, `/recordings/${id}/cast${query}`)).text());
      told[form as Form] = cast.shown;
      casts.push(cast);
    }
  });
  afterAll(async () => {
    await agent?.stop();
    await sshd?.close();
  });

  const states = (): Terminal[] =>
    room.heard.flatMap((heard) => (heard.type === "terminal" && heard.terminal.id === id ? [heard.terminal] : []));
  const becomes = (what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    room.until(() => {
      const state = states().at(-1);
      return state !== undefined && what(state);
    }, words);

  test("is obeyed by a terminal that is sent it", async () => {
    for (const form of ["7 bits", "8 bits"] as const) {
      const naive = new Obedient();
      for (const text of HOSTILE) await naive.write(form === "7 bits" ? text : inC1(text));
      const answers = ["[0n", "[1;1R", "[?1;2c", "[>0;276;0c", "[?1;2$y", `P1$r0m${ST}`, "[8;24;80t"];
      for (const text of answers) expect(naive.did).toContain(`answers ${JSON.stringify(E + text)}`);
      for (const does of ["obeys OSC 52", "obeys OSC 10", "is called smuggled"]) expect(naive.did).toContain(does);
    }
  });

  test.each(FORMS)("commands nothing to %s, and leaves what is beside it as it is", async (form) => {
    expect(commandsIn(told[form])).toEqual([]);
    expect(told[form]).not.toContain("smuggled");
    const terminal = new Obedient();
    await terminal.write(told[form]);
    expect(terminal.did).toEqual([]);
    const { text } = terminal;
    const lost = PRINTED.map(({ shown }, index) => `[${index}]${shown}[/${index}]`).filter((line) => !text.includes(line));
    expect(lost).toEqual([]);
    for (const line of ["[long][/long]", "[bells][/bells]", "marker-2"]) expect(text).toContain(line);
    expect(terminal.colourOf("red and plain")).toBe(1);
  });

  test("types nothing into the shell", async () => {
    expect(browser.did).toEqual([]);
    expect(await readFile(join(sshd.home, "got"), "utf8")).toBe("sentinel\n");
  });

  test.each(FORMS)("floods %s with nothing", (form) => {
    // All that is to be seen is a few kilobytes, of four megabytes.
    expect(told[form].length).toBeLessThan(20_000);
    // Four a second, however long this takes.
    expect(told[form].split(BEL).length).toBeLessThan(BELLS / 5);
  });

  test("is a title beside the shell's own name, and never in its place or in the room's", async () => {
    expect(states().at(-1)?.title).toBe("smuggled-title");
    expect(new Set(states().map(({ name }) => name))).toEqual(new Set(["api-stg"]));
    for (const { title } of states()) expect([undefined, "smuggled", "smuggled-title"]).toContain(title);
    expect(casts.map(({ header }) => header.title)).toEqual(["api-stg", "api-stg", "api-stg"]);
    const elsewhere = [
      room.heard.filter(({ type }) => type !== "terminal"),
      states().map((state) => ({ ...state, title: undefined })),
      casts.map(({ header, beside }) => [header, beside]),
    ];
    expect(JSON.stringify(elsewhere)).not.toMatch(/smuggled|\\u00/u);
    expect((await agent.db.room.findUniqueOrThrow({ where: { id: agent.roomId } })).title).toBe(roomTitle);
    expect(await agent.db.auditEvent.count({ where: { data: { contains: "smuggled" } } })).toBe(0);
  });
});
