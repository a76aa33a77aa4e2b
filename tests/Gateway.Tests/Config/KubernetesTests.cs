using System.Text.Json.Nodes;
using k8s;
using k8s.Models;

namespace Image2Ipfs.Gateway.Tests.Config;

/// <summary>
/// config/kubernetes: every document read strictly by the types of Kubernetes' own client, and that they fit each other, the
/// image and the settings. What kubectl makes of the folders, the end-to-end tests see.
/// </summary>
public sealed class KubernetesTests
{
    private const string Image = "image2ipfs-gateway";
    private const int User = 65532;

    public static TheoryData<string> Ways => ["daemonset", "deployment"];

    [Fact]
    public void Every_file_is_named_by_a_kustomization_and_every_named_file_is_there()
    {
        var named = Directory.GetFiles(Configured.PathOf("kubernetes"), "kustomization.yaml", SearchOption.AllDirectories).SelectMany(Named).ToHashSet();
        var there = Directory.GetFiles(Configured.PathOf("kubernetes"), "*", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is not ("kustomization.yaml" or "README.md"));
        Assert.Equal(there.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_pod_has_no_rights_and_the_time_to_stop(string way)
    {
        var pod = Pod(way);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal(User, pod.SecurityContext.RunAsUser);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(pod.AutomountServiceAccountToken);
        var container = Assert.Single(pod.Containers);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        var stop = SettingsTests.Read("--config", Configured.PathOf("kubernetes", "base", "gateway.json")).Stop;
        Assert.True(pod.TerminationGracePeriodSeconds > (stop.Delay + stop.Drain).TotalSeconds);
        Assert.True(stop.Delay > TimeSpan.Zero);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void The_probes_ask_for_what_there_is_at_the_port_that_it_listens_on(string way)
    {
        var container = Pod(way).Containers[0];
        var port = Assert.Single(container.Ports);
        var address = new Uri(container.Env.Single(e => e.Name == "Urls").Value);
        Assert.Equal(address.Port, port.ContainerPort);
        foreach (var (probe, path) in new[] { (container.StartupProbe, "/health/live"), (container.LivenessProbe, "/health/live"), (container.ReadinessProbe, "/health/ready") })
        {
            Assert.Equal(path, probe.HttpGet.Path);
            Assert.Equal(port.Name, probe.HttpGet.Port.Value);
            // Who listens on the node's loopback is asked there.
            Assert.Equal(address.IsLoopback ? address.Host : null, probe.HttpGet.Host);
        }
        Assert.Equal(address.IsLoopback, Pod(way).HostNetwork ?? false);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Image_settings_and_folders_are_those_of_the_rest(string way)
    {
        var pod = Pod(way);
        var container = pod.Containers[0];
        Assert.Equal(Image, container.Image);
        var kustomization = Configured.Yaml("kubernetes", way, "kustomization.yaml");
        var image = Assert.Single(kustomization["images"]!.AsArray())!;
        Assert.Equal(Image, image["name"]!.GetValue<string>());
        Assert.NotEqual("latest", image["newTag"]!.GetValue<string>());

        Assert.Equal(pod.Volumes.Select(v => v.Name).Order(), container.VolumeMounts.Select(m => m.Name).Order());
        var generated = Configured.Yaml("kubernetes", "base", "kustomization.yaml")["configMapGenerator"]![0]!;
        Assert.Equal(generated["name"]!.GetValue<string>(), pod.Volumes.Single(v => v.Name == "settings").ConfigMap.Name);
        Assert.Equal($"{container.VolumeMounts.Single(m => m.Name == "settings").MountPath}/{generated["files"]![0]}", container.Args[^1]);
        Assert.True(container.VolumeMounts.Single(m => m.Name == "store").ReadOnlyProperty);
        Assert.Equal(["/var/cache/image2ipfs", "/tmp"], container.VolumeMounts.Where(m => m.ReadOnlyProperty is not true).Select(m => m.MountPath));
        // Or the kubelet throws the pod out before the cache stops growing.
        if (pod.Volumes.Single(v => v.Name == "cache").EmptyDir is { } emptyDir)
            Assert.True(emptyDir.SizeLimit.ToDecimal() > SettingsTests.Read("--config", Configured.PathOf("kubernetes", "base", "gateway.json")).Cache.MaxBytes);
    }

    [Fact]
    public void Service_budget_policy_and_monitor_find_the_pods()
    {
        var documents = Documents("deployment");
        var deployment = documents.OfType<V1Deployment>().Single();
        var labels = deployment.Spec.Template.Metadata.Labels;
        var port = deployment.Spec.Template.Spec.Containers[0].Ports[0].Name;
        var service = documents.OfType<V1Service>().Single();
        Assert.Equal(labels, service.Spec.Selector);
        Assert.Equal(port, Assert.Single(service.Spec.Ports).TargetPort.Value);
        Assert.Equal(labels, documents.OfType<V1PodDisruptionBudget>().Single().Spec.Selector.MatchLabels);
        var policy = documents.OfType<V1NetworkPolicy>().Single();
        Assert.Equal(labels, policy.Spec.PodSelector.MatchLabels);
        Assert.Equal(port, policy.Spec.Ingress[0].Ports[0].Port.Value);
        Assert.Equal(labels, deployment.Spec.Selector.MatchLabels);
        Assert.Equal(labels, deployment.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels);
        Assert.Equal(documents.OfType<V1PersistentVolumeClaim>().Single().Metadata.Name, deployment.Spec.Template.Spec.Volumes.Single(v => v.Name == "store").PersistentVolumeClaim.ClaimName);

        var monitor = Configured.Yaml("kubernetes", "monitoring", "servicemonitor.yaml")["spec"]!;
        Assert.Equal(service.Metadata.Labels.Single().Value, monitor["selector"]!["matchLabels"]!["app.kubernetes.io/name"]!.GetValue<string>());
        Assert.Equal(service.Spec.Ports[0].Name, monitor["endpoints"]![0]!["port"]!.GetValue<string>());
    }

    private static V1PodSpec Pod(string way) => Documents(way).Select(d => d switch
    {
        V1DaemonSet daemons => daemons.Spec.Template.Spec,
        V1Deployment deployment => deployment.Spec.Template.Spec,
        _ => null,
    }).Single(spec => spec is not null)!;

    /// <summary>A field that Kubernetes does not know is an error.</summary>
    private static IReadOnlyList<object> Documents(string way) =>
    [
        .. new[] { "base", way }
            .SelectMany(folder => Named(Configured.PathOf("kubernetes", folder, "kustomization.yaml")))
            .Where(file => file.EndsWith(".yaml", StringComparison.Ordinal))
            .SelectMany(file => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), null, strict: true)),
    ];

    private static IEnumerable<string> Named(string kustomization)
    {
        var folder = Path.GetDirectoryName(kustomization)!;
        var json = Configured.Yaml(kustomization);
        var resources = Texts(json["resources"]);
        var patches = json["patches"]?.AsArray().Select(p => p!["path"]!.GetValue<string>()) ?? [];
        var files = json["configMapGenerator"]?.AsArray().SelectMany(g => Texts(g!["files"])) ?? [];
        foreach (var name in resources.Concat(patches).Concat(files))
        {
            var path = Path.GetFullPath(Path.Combine(folder, name));
            Assert.True(Path.Exists(path), path);
            if (File.Exists(path))
                yield return path;
            else
                Assert.True(File.Exists(Path.Combine(path, "kustomization.yaml")), path);
        }

        static IEnumerable<string> Texts(JsonNode? array) => array?.AsArray().Select(t => t!.GetValue<string>()) ?? [];
    }
}
