import { listed } from "../call.ts";
import { all, type Programs, verbs } from "../program.ts";
import { scan } from "../options.ts";

/** Disks, file systems, volumes. Sources: util-linux 2.40, e2fsprogs, xfsprogs, LVM2, cryptsetup, mdadm, zfs, btrfs manuals. */
export const DISKS: Programs = {
  ...all("lsblk lsscsi blkid findfs lspci lsusb inxi sensors swaplabel", { says: "Shows the hardware", kind: "none" }),
  dmidecode: { says: "Shows the hardware", kind: "none", options: { loose: true, writes: "--dump-bin=" } },
  lshw: { says: "Shows the hardware", kind: "none", options: { loose: true, words: true, writes: "-dump:" } },
  hwinfo: { says: "Shows the hardware", kind: "none", options: { loose: true, writes: "--log=" } },
  smartctl: {
    says: "Shows how a disk is",
    kind: "none",
    options: { loose: true, safe: "d: l: n: T:", modify: "t: s: X S: o: --test= --abort --set= --smart= --offlineauto= --saveauto=" },
  },
  hdparm: { says: "Shows how a disk is", kind: "none", options: { safe: "I i g t T v C H d", unknown: "" } },
  nvme: {
    kind: "device",
    verbs: verbs({
      read: "list id-ctrl id-ns smart-log error-log fw-log list-ns list-subsys get-log get-feature show-regs version help",
      schema: "format sanitize create-ns delete-ns attach-ns detach-ns",
      privilege: "fw-download fw-commit set-feature admin-passthru io-passthru reset subsystem-reset",
      modify: "write flush connect disconnect",
    }),
  },
  mount: {
    effect: "privilege",
    bare: "read",
    says: "Mounts {}",
    options: {
      safe: "r w v n f i t: o: O: L: U: T: --source= --target= --types= --options= --read-only --verbose --fake",
      shows: "l V",
      privilege: "a M B R --all --bind --rbind --move --make-shared --make-private --make-slave",
    },
  },
  umount: {
    effect: "modify",
    says: "Unmounts {}",
    options: { safe: "f l r v n q d t: O: a R --force --lazy --read-only --verbose --all --recursive" },
  },
  ...all("swapon", {
    effect: "privilege",
    bare: "read",
    says: "Uses {} as memory",
    options: { loose: true, shows: "s --summary --show?", privilege: "a --all" },
  }),
  swapoff: { effect: "privilege", says: "Stops using {} as memory" },
  ...all(
    "mkfs mkfs.ext2 mkfs.ext3 mkfs.ext4 mkfs.xfs mkfs.btrfs mkfs.vfat mkfs.fat mkfs.ntfs mkfs.f2fs mkfs.minix mkfs.cramfs mke2fs mkswap mkdosfs mkntfs newfs",
    {
      rule: (call) => {
        const names = call.args.filter((arg) => /^\/|^[^-=]*\//u.test(arg.shown) || arg.text === undefined);
        const shown = names.length === 0 ? "a device" : listed(names.map((arg) => arg.shown));
        call.note("schema", `Makes a new file system on ${shown}: what is there is lost`);
        for (const arg of names) call.object("schema", arg, "device");
        call.risk("new_filesystem", `What is on ${shown} is lost: nothing brings it back.`);
        return undefined;
      },
    },
  ),
  wipefs: {
    rule: (call) => {
      const scanned = scan(call.args, {
        safe: "i n J o: O: p q b? t: a f --noheadings --no-act --json --output= --parsable --quiet --backup? --types= --offset= --all --force --lock?",
      });
      const wipes = scanned.given.some((given) => /^(?:a|o|--all|--offset)$/u.test(given.name));
      for (const arg of scanned.operands) call.object(wipes ? "schema" : "read", arg, "device");
      if (wipes) call.risk("new_filesystem", `What is on ${listed(scanned.operands.map((arg) => arg.shown))} can no longer be found.`);
      call.note(
        wipes ? "schema" : "read",
        wipes
          ? `Wipes what marks the file systems of ${listed(scanned.operands.map((arg) => arg.shown))}`
          : "Shows what marks file systems",
      );
      return undefined;
    },
  },
  ...all("fdisk sfdisk gdisk sgdisk cfdisk parted partprobe", {
    effect: "schema",
    bare: "schema",
    says: "Changes the partitions of {}",
    kind: "device",
    rule: (call) => {
      const words = call.words();
      const lists =
        words.some((word) => /^(?:-l|-p|-d|-x|--list|--print|--dump|-V|--verify|--version|print|--json|-J|-s|--show-size)$/u.test(word)) &&
        !words.some((word) => /^(?:mk\w+|rm|resize\w*|set|name|toggle|--delete|-Z|-z|--zap.*|--wipe|-o|-n|-t|-g)$/u.test(word));
      if (lists) return { says: "Shows partitions", kind: "device" };
      if (call.input.kind === "terminal" && call.name !== "sgdisk" && call.name !== "partprobe") call.scope.sheet.needsTty ??= call.name;
      return { effect: "schema", bare: "schema", says: "Changes the partitions of {}", kind: "device" };
    },
  }),
  ...all("fsck fsck.ext4 fsck.xfs e2fsck xfs_repair ntfsfix", {
    effect: "modify",
    says: "Repairs the file system of {}",
    kind: "device",
    options: { loose: true, shows: "n N" },
  }),
  ...all("dumpe2fs xfs_info xfs_spaceman", { says: "Shows the file system of {}", kind: "device" }),
  ...all("tune2fs e2label xfs_admin", {
    effect: "schema",
    says: "Changes the file system of {}",
    kind: "device",
    options: { loose: true, shows: "l" },
  }),
  ...all("resize2fs xfs_growfs growpart", { effect: "schema", says: "Changes the size of {}", kind: "device" }),
  xfs_quota: { effect: "unknown", says: "Runs commands about quotas", kind: "none" },
  fstrim: { effect: "modify", says: "Tells disks what is free", kind: "path" },
  blkdiscard: { effect: "delete", says: "Discards everything on {}", kind: "device" },
  ...all("badblocks", {
    says: "Reads {} block by block",
    kind: "device",
    options: { safe: "s v b: c: p: e: d: t:", writes: "o:", delete: "w", modify: "n" },
  }),
  ...all("pvs vgs lvs pvdisplay vgdisplay lvdisplay pvscan vgscan lvscan lvmdiskscan", { says: "Shows volumes", kind: "none" }),
  ...all(
    "pvcreate vgcreate lvcreate vgextend lvextend lvresize vgrename lvrename lvchange vgchange pvchange pvresize pvmove lvconvert vgimport vgexport vgsplit vgmerge",
    { effect: "schema", says: "Changes volumes: {}", kind: "device" },
  ),
  ...all("pvremove vgremove lvremove vgreduce lvreduce", { effect: "schema", says: "Takes away volumes: {}", kind: "device" }),
  lvm: { effect: "schema", says: "Changes volumes", kind: "none" },
  dmsetup: {
    kind: "device",
    verbs: verbs({
      read: "ls info status table deps targets version",
      schema: "create remove remove_all suspend resume load clear reload rename message mknodes setgeometry",
    }),
  },
  losetup: {
    effect: "privilege",
    bare: "read",
    says: "Changes loop devices: {}",
    kind: "device",
    options: { loose: true, shows: "a l j: --all --list --associated=" },
  },
  mdadm: {
    effect: "schema",
    says: "Changes the array {}",
    kind: "device",
    options: { loose: true, shows: "D E Q X --detail --examine --query --examine-bitmap --detail-platform" },
  },
  cryptsetup: {
    kind: "device",
    verbs: verbs({
      read: "status luksDump isLuks luksUUID --version",
      privilege: "open close luksOpen luksClose luksAddKey luksChangeKey luksSuspend luksResume refresh",
      schema:
        "luksFormat format reencrypt erase luksErase luksRemoveKey luksKillSlot resize convert config repair luksHeaderBackup luksHeaderRestore",
    }),
  },
  ...all("zpool", {
    kind: "name",
    verbs: verbs(
      {
        read: "status list iostat get history events version",
        modify: "scrub clear trim sync wait resilver",
        schema:
          "create add attach detach replace offline online import export remove split set upgrade labelclear initialize reguid checkpoint",
        delete: "",
      },
      { destroy: { effect: "schema", says: "Destroys the pool {}" } },
    ),
  }),
  ...all("zfs", {
    kind: "name",
    verbs: verbs(
      {
        read: "list get diff holds userspace groupspace projectspace version send",
        append: "snapshot snap bookmark hold",
        schema:
          "create clone promote rename set inherit upgrade mount unmount share unshare receive recv allow unallow load-key unload-key change-key",
      },
      {
        destroy: { effect: "schema", says: "Destroys {}" },
        rollback: { effect: "delete", says: "Throws away what changed since {}" },
        release: { effect: "modify" },
      },
    ),
  }),
  btrfs: {
    kind: "name",
    verbs: verbs(
      {},
      {
        filesystem: { verbs: verbs({ read: "show df du usage", schema: "resize label defragment sync mkswapfile" }) },
        subvolume: {
          verbs: verbs({ read: "list show get-default find-new", append: "create snapshot", delete: "delete", schema: "set-default sync" }),
        },
        device: { verbs: verbs({ read: "stats usage scan ready", schema: "add remove delete" }) },
        scrub: { verbs: verbs({ read: "status", modify: "start cancel resume limit" }) },
        balance: { verbs: verbs({ read: "status", schema: "start pause cancel resume" }) },
        qgroup: { verbs: verbs({ read: "show", schema: "create destroy assign remove limit" }) },
      },
    ),
  },
  multipath: {
    effect: "schema",
    bare: "schema",
    says: "Changes paths to disks",
    kind: "none",
    options: { loose: true, shows: "l ll v: t T" },
  },
  ...all("quota repquota", { says: "Shows how much room accounts have", kind: "none" }),
  ...all("edquota setquota quotaon quotaoff", { effect: "privilege", says: "Changes how much room accounts have", kind: "none" }),
  eject: { effect: "modify", says: "Takes out {}", kind: "device" },
};
