import { all, type Program, type Programs, verbs } from "../program.ts";
import { execInto } from "../rules/containers.ts";

const RUNS: Program = { effect: "privilege", says: "Runs the program of {} in a new container", kind: "name" };

const DOCKER = verbs(
  {
    read: "ps images inspect logs top stats port diff version info history search context.ls context.show context.inspect container.ls container.list container.ps container.inspect container.logs container.top container.stats container.port container.diff image.ls image.list image.inspect image.history volume.ls volume.inspect network.ls network.inspect system.df system.info system.events events node.ls node.inspect node.ps service.ls service.inspect service.ps service.logs stack.ls stack.ps stack.services secret.ls secret.inspect config.ls config.inspect swarm.unlock-key buildx.ls buildx.du buildx.inspect builder.du manifest.inspect plugin.ls plugin.inspect pod.ps pod.inspect pod.top pod.stats pod.logs healthcheck.run generate.systemd",
    append:
      "pull save export commit tag volume.create network.create image.pull image.save image.tag container.commit container.export context.create context.export secret.create config.create",
    modify:
      "start stop restart kill pause unpause rename update wait cp container.start container.stop container.restart container.kill container.pause container.unpause container.rename container.update container.cp container.wait network.connect network.disconnect service.scale service.update service.rollback node.update context.use container.attach image.load load import image.import pod.start pod.stop pod.restart pod.kill",
    delete:
      "rm rmi container.rm container.prune image.rm image.prune volume.rm volume.prune network.rm network.prune system.prune builder.prune buildx.prune buildx.rm service.rm stack.rm secret.rm config.rm node.rm context.rm pod.rm pod.prune image.remove volume.remove network.remove container.remove",
    privilege:
      "run create build push login logout container.run container.create image.build image.push buildx.build buildx.bake service.create stack.deploy swarm.init swarm.join swarm.leave swarm.update swarm.ca swarm.unlock swarm.join-token plugin.install plugin.enable plugin.disable plugin.rm node.promote node.demote checkpoint play pod.create kube system.migrate system.reset machine.init machine.start machine.stop machine.rm machine.ssh",
    unknown: "attach",
  },
  {
    run: RUNS,
    "container.run": RUNS,
    ps: { says: "Lists containers", kind: "none" },
    images: { says: "Lists images", kind: "none" },
    inspect: { says: "Shows what {} is", kind: "name" },
    exec: { rule: execInto },
    "container.exec": { rule: execInto },
    restart: { effect: "modify", says: "Restarts the container {}", kind: "name" },
    stop: { effect: "modify", says: "Stops the container {}", kind: "name" },
    start: { effect: "modify", says: "Starts the container {}", kind: "name" },
    rm: { effect: "delete", says: "Deletes the container {}", kind: "name" },
    rmi: { effect: "delete", says: "Deletes the image {}", kind: "name" },
    logs: {
      says: "Shows what the container {} wrote",
      empty: "it names",
      kind: "name",
      options: { loose: true, safe: "n: --tail= --since= --until=", follows: "f --follow" },
    },
    "container.logs": {
      says: "Shows what the container {} wrote",
      empty: "it names",
      kind: "name",
      options: { loose: true, safe: "n: --tail= --since= --until=", follows: "f --follow" },
    },
    stats: {
      says: "Shows what containers use",
      kind: "name",
      options: { loose: true },
      rule: (call) =>
        call.words().includes("--no-stream")
          ? { says: "Shows what containers use", kind: "name" }
          : { says: "Shows what containers use", kind: "name", follows: true },
    },
    events: { says: "Shows what happens to containers", kind: "none", follows: true },
    save: { effect: "append", kind: "name", options: { loose: true, writes: "o: --output=" } },
    export: { effect: "append", kind: "name", options: { loose: true, writes: "o: --output=" } },
    compose: {
      kind: "name",
      options: {
        safe: "f: p: --file= --project-name= --profile= --env-file= --project-directory= --ansi= --progress= --compatibility",
        first: true,
      },
      verbs: verbs(
        {
          read: "ps ls config images top port version events",
          append: "pull",
          modify: "start stop restart pause unpause kill wait cp scale watch",
          delete: "rm down",
          privilege: "up create build push run attach publish commit export",
        },
        {
          logs: { says: "Shows what containers wrote", kind: "name", options: { loose: true, follows: "f --follow" } },
          exec: { rule: execInto },
        },
      ),
    },
  },
);

const KUBECTL_GET: Program = {
  rule: (call) => {
    const words = call.words();
    const whole = words.some((word) => /^-o(?:json|yaml|go-template|name=)?|^--(?:output|template)/u.test(word));
    if (whole && words.some((word) => /^secrets?(?:$|\/|,)/u.test(word)))
      call.risk("secret_read", "Shows what Secrets hold; who watches would see it.");
    return KUBECTL_SHOWS;
  },
};

const KUBECTL_SHOWS: Program = {
  says: "Shows {words}",
  kind: "name",
  options: {
    loose: true,
    safe: "l: o: L: f: --selector= --output= --field-selector= --sort-by= --template=",
    follows: "w --watch --watch-only",
  },
};

/** Containers and clusters. Sources: docker(1), podman(1), crictl, kubectl 1.32, helm 3. A cluster is better reached by a connection of its own. */
export const CONTAINERS: Programs = {
  ...all("docker podman nerdctl", {
    kind: "name",
    options: {
      safe: "D c: H: l: --context= --host= --log-level= --tls --tlsverify --tlscacert= --tlscert= --tlskey= --debug --remote --connection= --namespace= --url=",
      first: true,
      opaque: "--config= --root= --runroot= --runtime= --conmon= --hooks-dir= --storage-driver= --storage-opt= --module=",
    },
    verbs: DOCKER,
  }),
  ...all("docker-compose podman-compose", DOCKER.compose!),
  crictl: {
    kind: "name",
    options: { safe: "r: i: t: D --runtime-endpoint= --image-endpoint= --timeout= --debug", first: true, opaque: "c: --config=" },
    verbs: verbs(
      {
        read: "ps pods images img inspect inspecti inspectp info version stats statsp imagefsinfo port-forward events metricsp",
        append: "pull",
        modify: "start stop stopp update checkpoint",
        delete: "rm rmp rmi",
        privilege: "run runp create",
        unknown: "attach",
      },
      {
        logs: {
          says: "Shows what the container {} wrote",
          empty: "it names",
          kind: "name",
          options: { loose: true, follows: "f --follow" },
        },
        exec: { rule: execInto },
      },
    ),
  },
  ctr: {
    kind: "name",
    options: { safe: "n: a: --namespace= --address= --debug", first: true },
    verbs: verbs({
      read: "version events plugins.ls containers.ls containers.list containers.info c.ls c.info images.ls images.list images.check i.ls tasks.ls tasks.list tasks.ps tasks.metrics t.ls namespaces.ls ns.ls snapshots.ls content.ls leases.ls",
      append: "images.pull i.pull images.export",
      modify: "tasks.start tasks.pause tasks.resume tasks.kill t.kill images.tag",
      delete: "containers.rm containers.delete c.rm images.rm i.rm tasks.rm namespaces.rm snapshots.rm content.rm",
      privilege: "run images.import",
    }),
  },
  ...all("kubectl k oc", {
    kind: "name",
    options: {
      safe: "n: v: s: A --namespace= --context= --cluster= --user= --request-timeout= --server= --token= --all-namespaces --as= --as-group= --as-uid= --certificate-authority= --client-certificate= --client-key= --insecure-skip-tls-verify? --tls-server-name= --v= --warnings-as-errors --match-server-version --cache-dir= --disable-compression --password= --username= --kubeconfig=",
      writes: "--log-file= --profile-output=",
    },
    verbs: verbs(
      {
        read: "explain api-resources api-versions version options completion plugin wait top.node top.nodes top.pod top.pods top.no top.po config.view config.current-context config.get-contexts config.get-clusters config.get-users auth.can-i auth.whoami rollout.status rollout.history cluster-info",
        session: "port-forward proxy",
        modify:
          "scale autoscale label annotate edit cordon uncordon set rollout.restart rollout.undo rollout.pause rollout.resume taint cp",
        append: "expose",
        privilege:
          "apply create replace patch run debug certificate auth.reconcile config.set config.set-context config.set-cluster config.set-credentials config.use-context config.unset config.rename-context config.delete-context config.delete-cluster config.delete-user kustomize alpha",
        delete: "delete drain",
        unknown: "attach",
      },
      {
        get: KUBECTL_GET,
        describe: { says: "Shows {words}", kind: "name" },
        events: { says: "Shows events", kind: "none", options: { loose: true, follows: "w --watch" } },
        logs: {
          says: "Shows what {} wrote",
          empty: "pods",
          kind: "name",
          options: { loose: true, safe: "c: l: --tail= --since= --since-time= --container= --selector=", follows: "f --follow" },
        },
        diff: { effect: "unknown", says: "Compares with the cluster, by a program that a variable names", kind: "none" },
        exec: { rule: execInto },
        delete: { effect: "delete", says: "Deletes {words}", kind: "name" },
        drain: { effect: "delete", says: "Drains {words}: its pods go", kind: "name" },
        scale: { effect: "modify", says: "Scales {words}", kind: "name" },
        edit: { effect: "modify", says: "Opens {words} in an editor", kind: "name", tty: true },
        apply: { effect: "privilege", says: "Applies what files hold, rights and programs maybe included", kind: "none" },
        "cluster-info": { bare: "read", verbs: verbs({ append: "dump" }), kind: "none" },
        wait: { says: "Waits for {words}", kind: "name" },
      },
    ),
  }),
  helm: {
    kind: "name",
    options: {
      safe: "n: --namespace= --kube-context= --kubeconfig= --debug --kube-apiserver= --kube-as-user= --kube-token= --burst-limit= --qps=",
      opaque: "--post-renderer= --registry-config= --repository-config=",
    },
    verbs: verbs({
      read: "list ls status history hist get show inspect search version env repo.list repo.ls dependency.list plugin.list verify",
      append: "pull fetch package create repo.add repo.update repo.index dependency.update dependency.build",
      modify: "repo.remove registry",
      privilege: "install upgrade rollback test push plugin.install plugin.update plugin.uninstall",
      delete: "uninstall delete un del",
      unknown: "template lint",
    }),
  },
  ...all("kubectx kubens", { effect: "modify", bare: "read", says: "Goes to another cluster or namespace", kind: "name" }),
  ...all("k9s lazydocker ctop dive", { effect: "unknown", says: "Opens a screen in which anything can be done", tty: true, kind: "none" }),
  ...all("stern kail", { says: "Shows what pods write", kind: "name", follows: true }),
  ...all("terraform tofu", {
    kind: "name",
    options: { words: true, loose: true, safe: "-chdir:" },
    verbs: verbs({
      read: "show output version validate graph providers metadata state.list state.show state.pull workspace.list workspace.show",
      privilege: "apply destroy import taint untaint refresh login logout force-unlock workspace.new workspace.select workspace.delete",
      delete: "state.rm",
      modify: "state.mv state.push fmt get",
      unknown: "plan init console test",
    }),
  }),
  virsh: {
    kind: "name",
    bare: "unknown",
    options: { safe: "c: q r --connect= --quiet --readonly", first: true },
    verbs: verbs({
      read: "list dominfo domstate domblklist domblkstat domiflist domifaddr domstats nodeinfo net-list net-info pool-list pool-info vol-list dumpxml version capabilities snapshot-list",
      modify: "start shutdown reboot suspend resume",
      privilege:
        "define edit create autostart attach-disk attach-device detach-disk set-user-password migrate setmem setvcpus net-start net-define pool-start",
      delete: "destroy undefine net-destroy net-undefine vol-delete pool-delete snapshot-delete",
    }),
  },
  ...all("lxc incus", {
    kind: "name",
    verbs: verbs({
      read: "list ls info version config.show image.list network.list storage.list profile.list remote.list cluster.list operation.list",
      modify: "start stop restart pause",
      privilege: "launch init config.set config.device profile.edit exec file",
      delete: "delete rm",
    }),
  }),
};
