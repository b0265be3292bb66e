import type { Call } from "../call.ts";
import { listed, quoted } from "../call.ts";
import { isSink, readsPath } from "../places.ts";
import { scan } from "../options.ts";
import type { Program } from "../program.ts";
import type { Arg } from "../words.ts";

/** `ssh`: what runs at another host is not judged here. */
export function ssh(call: Call): Program | undefined {
  const words = call.words();
  if (words.length === 1 && words[0] === "-V") {
    call.note("read", "Shows the version of ssh");
    return undefined;
  }
  const scanned = scan(call.args, {
    safe: "4 6 A a C f G g K k M N n q s T t V v X x Y y B: b: c: D: E: e: F: I: i: J: L: l: m: O: o: P: p: Q: R: S: W: w:",
    first: true,
  });
  const [host, ...command] = scanned.operands;
  const where = quoted(host?.shown ?? "another host");
  if (host) call.object("unknown", host, "host");
  if (command.length === 0) {
    call.scope.sheet.needsTty ??= call.name;
    call.unclear(`Opens a shell at ${where}, whose lines are not judged`);
  } else call.unclear(`Runs a command at ${where}, which is another host`);
  return undefined;
}

/** `scp`, `rsync`, `sftp`, `ftp`. */
export function transfer(call: Call): Program | undefined {
  const isRsync = call.name === "rsync";
  const scanned = scan(
    call.args,
    isRsync
      ? {
          safe: "a v z r l p t g o D q c h P R u n H A X S W x i C k K L E O 8 y 4 6 0 b d m s U N J @: B: T: f: F --archive --verbose --compress --recursive --links --perms --times --group --owner --devices --specials --quiet --checksum --human-readable --partial --progress --relative --update --hard-links --acls --xattrs --sparse --whole-file --one-file-system --itemize-changes --cvs-exclude --copy-links --safe-links --executability --omit-dir-times --stats --info= --out-format= --exclude= --include= --exclude-from= --include-from= --files-from= --filter= --bwlimit= --timeout= --port= --max-size= --min-size= --chmod= --chown= --numeric-ids --size-only --ignore-existing --existing --inplace --append --append-verify --partial-dir= --temp-dir= --backup --backup-dir= --suffix= --link-dest= --compare-dest= --copy-dest= --ignore-times --modify-window= --no-motd --protect-args --secluded-args --mkpath --from0 --prune-empty-dirs --delay-updates --super --fake-super --list-only --no-perms --no-owner --no-group --no-o --no-g --no-p --contimeout= --compress-level= --zc= --stop-after= --max-delete= --sockopts= --address= --ipv4 --ipv6 --log-file-format= --fuzzy --munge-links --preallocate --usermap= --groupmap= --skip-compress= --block-size= --checksum-choice= --version --help",
          shows: "n --dry-run --list-only",
          delete:
            "--del --delete --delete-before --delete-during --delete-delay --delete-after --delete-excluded --delete-missing-args --remove-source-files --force",
          opaque:
            "e: --rsh= --rsync-path= M: --remote-option= --password-file= --write-batch= --only-write-batch= --read-batch= --early-input= --daemon --config= --outbuf=",
          appends: "--log-file=",
        }
      : { safe: "3 4 6 A B C O p q R r T v a f N c: i: J: l: P: D: X: s: b: d B:", opaque: "S: F: o:" },
  );
  for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to ${call.name} is not known`, at);
  for (const given of scanned.given) {
    // Batches of sftp are command files; of ssh's options those that run nothing are harmless.
    const value = given.value?.text;
    const harmless =
      given.name === "o" &&
      value !== undefined &&
      /^(?:StrictHostKeyChecking|ConnectTimeout|BatchMode|Port|User|IdentityFile|LogLevel|ServerAlive\w+|UserKnownHostsFile|Compression)[= ]/iu.test(
        value,
      );
    const plainShell =
      (given.name === "e" || given.name === "--rsh") &&
      value !== undefined &&
      /^ssh(?: -(?:p ?\d+|i [\w./~-]+|l \w+|[46CqTx]))*$/u.test(value);
    if (given.meaning === "opaque" && !harmless && !plainShell)
      call.unclear(`${call.name} ${given.name.length === 1 ? `-${given.name}` : given.name} runs another program`, given.at);
    if (call.name === "sftp" && given.name === "b") call.unclear("What is in the batch of sftp is not read", given.at);
  }
  const shows = scanned.given.some((given) => given.meaning === "shows");
  const deletes = scanned.given.find((given) => given.meaning === "delete");
  if (call.name === "sftp" || call.name === "ftp" || scanned.operands.length < 2) {
    if (isRsync || call.name === "scp") call.note("read", "Lists files");
    else {
      call.scope.sheet.needsTty ??= call.name;
      call.unclear(`What is typed into ${call.name} is not judged`);
    }
    return undefined;
  }
  const to = scanned.operands.at(-1)!;
  const from = listed(scanned.operands.slice(0, -1).map((arg) => arg.shown));
  if (shows) {
    call.note("read", `Shows what copying ${from} to ${quoted(to.shown)} would do`);
    return undefined;
  }
  call.note("modify", `Copies ${from} to ${quoted(to.shown)}, over what is there`);
  if (deletes)
    call.note(
      "delete",
      deletes.name === "--remove-source-files"
        ? `Deletes ${from} once copied`
        : `Deletes what is in ${quoted(to.shown)} and not in ${from}`,
      deletes.at,
    );
  if (/^[^/]+:/u.test(to.shown)) call.object("modify", to, "host");
  else call.writes(to, deletes ? "delete" : "modify");
  return undefined;
}

/** `curl`: the method and where the answer goes. */
export function curl(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "s S f i I L k v g G # 0 1 2 3 4 6 a N n j l q R B p Z M V J X: H: u: A: b: e: m: w: x: y: Y: z: E: r: C: U: P: t: --silent --show-error --fail --fail-with-body --fail-early --include --head --location --location-trusted --insecure --verbose --globoff --get --progress-bar --no-progress-meter --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --ipv4 --ipv6 --no-buffer --netrc --compressed --request= --header= --user= --user-agent= --cookie= --referer= --max-time= --connect-timeout= --write-out= --proxy= --cert= --key= --cacert= --capath= --range= --continue-at= --retry= --retry-delay= --retry-max-time= --retry-all-errors --retry-connrefused --resolve= --connect-to= --interface= --unix-socket= --abstract-unix-socket= --noproxy= --max-redirs= --limit-rate= --max-filesize= --keepalive-time= --no-keepalive --tcp-nodelay --tls-max= --tlsv1 --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 --ciphers= --pass= --oauth2-bearer= --negotiate --ntlm --digest --basic --anyauth --aws-sigv4= --proxy-user= --url= --parallel --parallel-max= --path-as-is --raw --styled-output --speed-limit= --speed-time= --dns-servers= --doh-url= --socks5= --socks5-hostname= --haproxy-protocol --expect100-timeout= --create-dirs --remote-time --remote-header-name --next : --post301 --post302 --post303 --disable --trace-time --trace-ids --trace-ascii= --manual --version --help? --netrc-optional --proto= --proto-default= --ssl-reqd --cert-type= --key-type= --pinnedpubkey= --time-cond= --variable= --json-pretty --output-dir= h? --list-only --url-query= --http0.9 --ca-native",
    modify:
      "d: F: T: Q: --data= --data-raw= --data-ascii= --data-binary= --data-urlencode= --form= --form-string= --json= --upload-file= --quote= --postquote= --prequote= --mail-from= --mail-rcpt= O --remote-name --remote-name-all --append",
    writes: "o: c: D: --output= --cookie-jar= --dump-header= --trace= --stderr= --hsts= --alt-svc= --etag-save= --libcurl=",
    opaque: "K: --config= --engine= --netrc-file= --telnet-option=",
  });
  const has = (...names: string[]): boolean => scanned.given.some((given) => names.includes(given.name));
  const value = (...names: string[]): Arg | undefined => scanned.given.findLast((given) => names.includes(given.name))?.value;
  for (const at of scanned.unlisted) call.unclear(`${quoted(at.shown)} may be an option of curl, or is none that is known`, at);
  const urls = [...scanned.operands, ...scanned.given.filter((given) => given.name === "--url").flatMap((given) => given.value ?? [])];
  const shown = urls.length === 0 ? "an address" : listed(urls.map((arg) => arg.shown));
  const method = value("X", "--request");
  const sends = scanned.given.find((given) => /^(?:[dFT]|--data.*|--form.*|--json|--upload-file)$/u.test(given.name) && !has("G", "--get"));
  for (const given of scanned.given) {
    if (given.meaning === "opaque") call.unclear(`curl ${given.name} reads options from a file or loads code`, given.at);
    if (
      given.meaning === "writes" &&
      given.value &&
      given.value.text !== "-" &&
      !(given.value.text !== undefined && isSink(given.value.text))
    ) {
      call.note("modify", `Writes over ${quoted(given.value.shown)}`, given.value);
      call.writes(given.value, "modify");
    }
    if (given.name === "--trace-ascii" && given.value && given.value.text !== "-" && !isSink(given.value.shown))
      call.note("modify", `Writes over ${quoted(given.value.shown)}`, given.value);
    if (/^(?:O|--remote-name.*)$/u.test(given.name))
      call.note("modify", "Saves the answer under its own name, over what is there", given.at);
    if (/^(?:Q|--(?:post|pre)?quote|--mail-.*)$/u.test(given.name)) call.note("modify", "Sends commands to the server", given.at);
    if (/^(?:u|--user|--proxy-user|U)$/u.test(given.name) && given.value?.text !== undefined && given.value.text.includes(":"))
      secret(call, given.value);
    if (
      /^(?:H|--header)$/u.test(given.name) &&
      /^(?:authorization|x-api-key|cookie|private-token)\s*:\s*\S/iu.test(given.value?.text ?? "")
    )
      secret(call, given.value!);
    if (given.name === "--oauth2-bearer" && given.value?.text !== undefined) secret(call, given.value);
    if (/^(?:d|--data|--data-binary|T|--upload-file|F|--form)$/u.test(given.name)) {
      const file =
        /(?:^|=)@(.+)$/su.exec(given.value?.text ?? "")?.[1] ?? (/^(?:T|--upload-file)$/u.test(given.name) ? given.value?.text : undefined);
      if (file !== undefined && given.value) readsPath({ ...given.value, text: file, shown: file, lead: file }, call.scope.sheet);
    }
  }
  for (const url of urls) call.object("read", url, "url");
  if (method?.text === undefined && method) call.note("unknown", "Which method the request has is only known once it runs", method);
  else if (method?.text !== undefined && !/^(?:GET|HEAD|OPTIONS|TRACE|PROPFIND)$/u.test(method.text)) {
    const deletes = method.text === "DELETE";
    call.note(deletes ? "delete" : "modify", `Sends ${quoted(method.text)} to ${shown}`, method);
  }
  if (sends) call.note("modify", `Sends data to ${shown}`, sends.at);
  call.note("read", `Asks ${shown}`);
  return undefined;
}

function secret(call: Call, at: Arg): void {
  call.risk("secret_on_command_line", "A credential stands in the line and stays in histories and recordings.", at);
}

/** `ping`: goes on until a count is reached. */
export function ping(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "c: i: W: w: s: I: t: q n v a A b B d D e: F: h L l: M: m: N: O p: Q: R r S: T: U V 4 6 C: ",
    modify: "f",
  });
  if (!scanned.given.some((given) => given.name === "c" || given.name === "w" || given.name === "C")) call.scope.sheet.follows = true;
  if (scanned.given.some((given) => given.name === "f")) call.note("modify", "Floods another host with packets");
  for (const arg of scanned.operands) call.object("read", arg, "host");
  call.note("read", `Asks whether ${listed(scanned.operands.map((arg) => arg.shown))} answers`);
  return undefined;
}

/** What ip calls its objects, by their shortest beginnings. */
const IP_OBJECTS = [
  ["a", "addresses"],
  ["l", "interfaces"],
  ["ru", "rules"],
  ["r", "routes"],
  ["neigh", "neighbours"],
  ["netns", "name spaces"],
  ["n", "neighbours"],
] as const;

/** `ip`: what is shown, and what is set. Abbreviations are as ip(8) has them. */
export function ip(call: Call): Program | undefined {
  const words = call.args;
  let i = 0;
  while (words[i]?.text?.startsWith("-")) {
    const option = words[i]!.text!;
    if (/^-(?:b|batch|force)$/u.test(option)) {
      call.unclear("ip reads commands from a file", words[i]);
      return undefined;
    }
    if (/^-{1,2}(?:n|netns|f|family|rc|rcvbuf|l|loops)$/u.test(option)) i += 2;
    else if (
      /^-{1,2}(?:V(?:ersion)?|h(?:uman(?:-readable)?)?|s(?:tat(?:istics|s)?)?|ss|d(?:etails)?|[46BM0]|o(?:neline)?|r(?:esolve)?|t(?:imestamp)?|ts(?:hort)?|a(?:ll)?|c(?:olor)?(?:=\w+)?|p(?:retty)?|j(?:son)?|br(?:ief)?|iec|N(?:umeric)?|echo|family=\w+)$/u.test(
        option,
      )
    )
      i++;
    else {
      call.note("unknown", `What ${quoted(option)} does to ip is not known`, words[i]);
      return undefined;
    }
  }
  const [object, verb, ...rest] = words.slice(i);
  if (!object) {
    call.note("read", "Shows how ip is used");
    return undefined;
  }
  if (object.text === undefined || (verb && verb.text === undefined && verb.mayBeOption)) {
    call.unclear("What ip does is only known once it runs", object);
    return undefined;
  }
  const name = object.text;
  if (/^(?:netns|vrf)$/u.test(name) && verb?.text !== undefined && verb.text.startsWith("ex")) {
    call.run(rest.slice(1));
    return undefined;
  }
  const shows =
    !verb ||
    (!(name.startsWith("l") && verb.text === "s") && /^(?:s|sh|sho|show|l|li|lis|list|ls|get|help|monitor|save)$/u.test(verb.text ?? ""));
  if (
    !/^(?:a|ad|add|addr|addrl|addrlabel|address|l|li|lin|link|r|ro|rou|rout|route|ru|rul|rule|n|ne|nei|neigh|neighbor|neighbour|nt|ntable|tu|tun|tunnel|tuntap|m|ma|maddr|maddress|mr|mro|mroute|mrule|mo|mon|monitor|net|netn|netns|netconf|x|xf|xfrm|tcp_metrics|token|macsec|vrf|l2tp|fou|sr|nexthop|mptcp|ioam|stats)$/u.test(
      name,
    )
  ) {
    call.note("unknown", `${quoted(name)} is nothing of ip that is known here`, object);
    return undefined;
  }
  if (name.startsWith("mo") || verb?.text === "monitor") call.scope.sheet.follows = true;
  if (shows || name.startsWith("mon"))
    call.note("read", `Shows ${IP_OBJECTS.find(([start]) => name.startsWith(start))?.[1] ?? quoted(name)} of the network`);
  else {
    call.note(
      "privilege",
      `Changes the network of the host: ip ${quoted(
        words
          .slice(i)
          .map((arg) => arg.shown)
          .join(" "),
      )}`,
    );
    if (/^(?:del|delete|flush|down)/u.test(verb?.text ?? "") || rest.some((arg) => arg.text === "down"))
      call.risk("lockout", "May cut off the host, this terminal included.");
  }
  return undefined;
}
