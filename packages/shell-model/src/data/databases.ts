import { all, type Programs } from "../program.ts";
import { quoted } from "../call.ts";
import { scan } from "../options.ts";

/** Commands of Redis that only read. Source: the command reference of Redis 7.4, flag `readonly`, and those of administration that show. */
const REDIS_READS = new Set(
  "get mget strlen getrange exists type ttl pttl expiretime keys scan randomkey dbsize info ping echo time lastsave hget hmget hgetall hkeys hvals hlen hexists hscan lrange llen lindex lpos smembers scard sismember smismember srandmember sscan sinter sunion sdiff zrange zrangebyscore zrevrange zcard zcount zscore zrank zrevrank zscan xlen xrange xrevrange xinfo xpending pfcount bitcount bitpos getbit geopos geodist geohash geosearch object command role dump substr".split(
    " ",
  ),
);
const REDIS_SHOWS =
  /^(?:config get|client (?:list|info|getname|id)|cluster (?:info|nodes|slots|shards|keyslot|countkeysinslot|myid|links)|memory (?:usage|stats|doctor)|slowlog (?:get|len)|latency (?:latest|history|doctor|graph)|acl (?:list|whoami|users|cat|getuser)|script exists|pubsub \w+|module list|object \w+|command \w+|sentinel (?:masters?|replicas|slaves|sentinels|get-master-addr-by-name|ckquorum)|debug object)$/u;
const REDIS_DELETES =
  /^(?:del|unlink|flushdb|flushall|hdel|srem|zrem|zrem\w+|ltrim|lrem|lpop|rpop|spop|xdel|xtrim|getdel|expire\w*|pexpire\w*)$/u;
const REDIS_RIGHTS =
  /^(?:config|acl|shutdown|replicaof|slaveof|eval\w*|fcall\w*|function|script|module|debug|cluster|failover|client|auth|sync|psync|monitor|bgrewriteaof|sentinel)$/u;

/** Databases by their command-line clients. What their statements do is judged at a connection of their own, not here. */
export const DATABASES: Programs = {
  ...all("psql", {
    rule: (call) =>
      statement(call, /^(?:-l|--list|-V|--version|-\?|--help)$/u, /^(?:c|f|--command|--file)$/u, {
        safe: "h: p: U: d: w W A t x q n b e E X a s S 1 0 z H F: R: P: T: v: L: --host= --port= --username= --dbname= --no-password --no-psqlrc --tuples-only --no-align --expanded --csv --quiet --set= --variable= --pset= --single-transaction --field-separator= --echo-errors",
        writes: "o: --output= L: --log-file=",
        opaque: "c: f: --command= --file=",
        shows: "l --list V --version",
      }),
  }),
  ...all("mysql mariadb", {
    rule: (call) =>
      statement(call, /^(?:-V|--version|-\?|--help)$/u, /^(?:e|--execute)$/u, {
        safe: "h: P: u: p? D: S: N B s t E H v w A C f n q r --host= --port= --user= --password? --database= --socket= --skip-column-names --batch --silent --table --vertical --ssl-mode= --ssl? --default-character-set= --connect-timeout= --protocol= --raw --no-auto-rehash --force",
        opaque: "e: --execute= --defaults-file= --defaults-extra-file= --init-command= --pager= --tee= --plugin-dir=",
        shows: "V --version",
      }),
  }),
  ...all(
    "sqlite3 mongosh mongo clickhouse-client cqlsh sqlplus sqlcmd influx duckdb usql pgcli mycli neo4j cypher-shell hive beeline presto trino",
    {
      effect: "unknown",
      says: "Runs statements that are not judged here",
      kind: "none",
      rule: (call) => {
        const eye = call.words();
        if (eye.length === 1 && /^(?:--version|-version|-V)$/u.test(eye[0]!)) {
          call.note("read", `Shows the version of ${call.name}`);
          return undefined;
        }
        if (eye.filter((word) => !word.startsWith("-")).length <= 1 && call.input.kind === "terminal")
          call.scope.sheet.needsTty ??= call.name;
        call.unclear(`What ${call.name} is told to do is not judged here: a connection to the database judges it`);
        return undefined;
      },
    },
  ),
  pg_isready: { says: "Asks whether a server answers", kind: "none" },
  ...all("pg_dump pg_dumpall", {
    says: "Reads a whole database",
    kind: "none",
    options: { loose: true, safe: "h: p: U: d: t: n: j: F: s a Z: E:", writes: "f: --file=" },
  }),
  ...all("pg_basebackup", { effect: "append", says: "Copies a whole server", kind: "none" }),
  ...all("pg_restore", {
    effect: "modify",
    says: "Puts a dump into a database",
    kind: "none",
    options: { loose: true, shows: "l --list", delete: "c --clean" },
  }),
  ...all("pg_lsclusters pg_config pg_controldata pg_test_timing", { says: "Shows servers of PostgreSQL", kind: "none" }),
  pg_ctl: {
    kind: "none",
    options: { safe: "D: t: m: s w W l: U: P: --pgdata= --mode=", opaque: "o: p:" },
    verbs: {
      status: {},
      start: { effect: "modify" },
      stop: { effect: "modify" },
      restart: { effect: "modify" },
      reload: { effect: "modify" },
      promote: { effect: "privilege" },
      kill: { effect: "modify" },
      logrotate: { effect: "modify" },
      init: { effect: "privilege" },
    },
  },
  pg_ctlcluster: { effect: "modify", says: "Starts or stops a server of PostgreSQL", kind: "name" },
  ...all("createdb createuser dropuser initdb reindexdb clusterdb vacuumdb pg_resetwal pg_upgrade pg_rewind", {
    effect: "privilege",
    says: "Changes databases or their users: {}",
    kind: "name",
  }),
  vacuumdb: { effect: "modify", says: "Cleans up the database {}", kind: "name" },
  dropdb: { effect: "schema", says: "Drops the database {}", kind: "name" },
  ...all("mysqldump mariadb-dump mysqlpump", {
    says: "Reads a whole database",
    kind: "none",
    options: {
      loose: true,
      safe: "h: u: P: p?",
      writes: "r: --result-file=",
      modify: "F --flush-logs --delete-master-logs --source-data? --master-data?",
    },
  }),
  mysqladmin: {
    kind: "name",
    options: {
      safe: "h: u: P: S: p? i: c: r s v w? --host= --user= --port= --password? --socket= --sleep= --count= --relative",
      opaque: "--defaults-file= --plugin-dir=",
    },
    verbs: {
      status: {},
      "extended-status": {},
      processlist: {},
      ping: {},
      version: {},
      variables: {},
      kill: { effect: "modify" },
      "flush-logs": { effect: "modify" },
      "flush-hosts": { effect: "modify" },
      "flush-status": { effect: "modify" },
      "flush-tables": { effect: "modify" },
      "flush-privileges": { effect: "privilege" },
      refresh: { effect: "modify" },
      reload: { effect: "privilege" },
      shutdown: { effect: "privilege" },
      password: { effect: "privilege" },
      create: { effect: "schema" },
      drop: { effect: "schema" },
      "start-slave": { effect: "privilege" },
      "stop-slave": { effect: "privilege" },
    },
  },
  ...all("redis-cli valkey-cli keydb-cli", {
    rule: (call) => {
      const scanned = scan(call.args, {
        first: true,
        safe: "h: p: n: a: u: c r: i: t: s: d: D: x X: 2 3 e --tls --cacert= --cert= --key= --insecure --raw --no-raw --csv --json --user= --pass= --askpass --no-auth-warning --verbose --show-pushes= --quoted-input --sni=",
        shows: "v --version --bigkeys --memkeys --hotkeys --memkeys-samples= --scan --pattern= --quoted-pattern= --count= --type=",
        follows: "--stat --latency --latency-history --latency-dist --intrinsic-latency=",
        opaque: "--eval= --ldb --ldb-sync-mode --pipe --pipe-timeout= --cluster= --functions-rdb=",
        writes: "--rdb=",
        modify: "--replica --slave --lru-test=",
      });
      for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to ${call.name} is not known`, at);
      const secret = scanned.given.find((given) => /^(?:a|--pass)$/u.test(given.name));
      if (secret?.value?.text !== undefined)
        call.risk("secret_on_command_line", "A password stands in the line and stays in histories and recordings.", secret.at);
      for (const given of scanned.given) {
        if (given.meaning === "opaque") call.unclear(`${call.name} ${given.name} runs more than one command`, given.at);
        if (given.meaning === "modify") call.note("modify", "Loads or copies the server", given.at);
        if (given.meaning === "writes" && given.value) call.writes(given.value, "modify");
        if (given.meaning === "follows") call.scope.sheet.follows = true;
      }
      const [verb, second] = scanned.operands;
      if (!verb) {
        if (scanned.given.some((given) => given.meaning === "shows" || given.meaning === "follows"))
          call.note("read", "Shows figures of Redis");
        else if (call.input.kind === "terminal") {
          call.scope.sheet.needsTty ??= call.name;
          call.unclear(`What is typed into ${call.name} is not judged`);
        } else call.unclear("Runs commands that come from its input");
        return undefined;
      }
      if (verb.text === undefined) {
        call.unclear("Which command of Redis runs is only known then", verb);
        return undefined;
      }
      const name = verb.text.toLowerCase();
      const both = `${name} ${second?.text?.toLowerCase() ?? ""}`;
      const title = `redis ${name.toUpperCase()}${second ? ` ${quoted(second.shown)}` : ""}`;
      if (name === "monitor" || name === "subscribe" || name === "psubscribe") {
        call.scope.sheet.follows = true;
        call.note("read", `Shows what happens in Redis: ${title}`);
      } else if (REDIS_READS.has(name) || REDIS_SHOWS.test(both)) call.note("read", `Reads from Redis: ${title}`);
      else if (REDIS_RIGHTS.test(name)) call.note("privilege", `Changes or runs something in the server: ${title}`);
      else if (REDIS_DELETES.test(name)) call.note("delete", `Deletes from Redis: ${title}`);
      else if (/^[a-z]+$/u.test(name)) call.note("modify", `Changes Redis: ${title}`);
      else call.note("unknown", `${title} is not known`);
      return undefined;
    },
  }),
  etcdctl: {
    kind: "name",
    options: {
      safe: "w: --endpoints= --cacert= --cert= --key= --write-out= --user= --dial-timeout= --command-timeout= --hex --debug --insecure-skip-tls-verify",
      first: true,
    },
    verbs: {
      get: {},
      version: {},
      watch: { follows: true },
      endpoint: { verbs: { status: {}, health: {}, hashkv: {} } },
      member: {
        verbs: {
          list: {},
          add: { effect: "privilege" },
          remove: { effect: "privilege" },
          update: { effect: "privilege" },
          promote: { effect: "privilege" },
        },
      },
      alarm: { verbs: { list: {}, disarm: { effect: "modify" } } },
      snapshot: { verbs: { save: { effect: "append" }, status: {}, restore: { effect: "privilege" } } },
      put: { effect: "modify" },
      del: { effect: "delete" },
      txn: { effect: "unknown" },
      compaction: { effect: "delete" },
      defrag: { effect: "modify" },
      lease: { effect: "modify" },
      user: { effect: "privilege" },
      role: { effect: "privilege" },
      auth: { effect: "privilege" },
      "move-leader": { effect: "privilege" },
    },
  },
  ...all("mongodump mongoexport", { effect: "append", says: "Reads a whole database into files", kind: "none" }),
  ...all("mongostat mongotop", { says: "Shows figures of MongoDB", kind: "none", follows: true }),
  ...all("mongorestore mongoimport", { effect: "modify", says: "Puts data into a database", kind: "none" }),
  ...all("vault", {
    kind: "name",
    verbs: {
      status: {},
      version: {},
      read: { says: "Reads the secret {}" },
      list: {},
      token: {
        verbs: {
          lookup: {},
          capabilities: {},
          create: { effect: "privilege" },
          revoke: { effect: "privilege" },
          renew: { effect: "session" },
        },
      },
      kv: {
        verbs: {
          get: {},
          list: {},
          metadata: {},
          put: { effect: "modify" },
          patch: { effect: "modify" },
          delete: { effect: "delete" },
          destroy: { effect: "delete" },
          undelete: { effect: "modify" },
        },
      },
      write: { effect: "privilege" },
      delete: { effect: "delete" },
      login: { effect: "session" },
      operator: { effect: "privilege" },
      policy: { effect: "privilege" },
      auth: { effect: "privilege" },
      secrets: { effect: "privilege" },
    },
  }),
  consul: {
    kind: "name",
    verbs: {
      members: {},
      info: {},
      version: {},
      validate: {},
      monitor: { follows: true },
      catalog: { verbs: { datacenters: {}, nodes: {}, services: {} } },
      operator: { effect: "privilege" },
      kv: { verbs: { get: {}, export: {}, put: { effect: "modify" }, import: { effect: "modify" }, delete: { effect: "delete" } } },
      leave: { effect: "privilege" },
      reload: { effect: "modify" },
      exec: { effect: "unknown" },
      "force-leave": { effect: "privilege" },
      acl: { effect: "privilege" },
      maint: { effect: "privilege" },
    },
  },
};

function statement(
  call: Parameters<NonNullable<Programs[string]["rule"]>>[0],
  alone: RegExp,
  runs: RegExp,
  options: Parameters<typeof scan>[1],
): undefined {
  const words = call.words();
  const scanned = scan(call.args, options);
  for (const given of scanned.given) {
    if (/^(?:p|--password)$/u.test(given.name) && given.value?.text)
      call.risk("secret_on_command_line", "A password stands in the line and stays in histories and recordings.", given.at);
    if (given.meaning === "writes" && given.value) {
      call.note("modify", `Writes over ${quoted(given.value.shown)}`, given.value);
      call.writes(given.value, "modify");
    }
  }
  if (
    scanned.unlisted.length === 0 &&
    words.some((word) => alone.test(word)) &&
    !scanned.given.some((given) => given.meaning === "opaque")
  ) {
    call.note("read", call.name === "psql" ? "Lists databases" : `Shows the version of ${call.name}`);
    return undefined;
  }
  if (!scanned.given.some((given) => runs.test(given.name)) && call.input.kind === "terminal") call.scope.sheet.needsTty ??= call.name;
  call.unclear(`What ${call.name} is told to do is not judged here: a connection to the database judges it`);
  return undefined;
}
