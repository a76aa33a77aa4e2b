using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// All that is wrong with the settings, told at once, before anything is made of them:
/// <list type="number">
/// <item>sections that nobody reads, in the file and the arguments (the environment is everybody's);</item>
/// <item>keys that there are not, and values of another type;</item>
/// <item>values out of their range;</item>
/// <item>addresses of upstreams, and those to listen on.</item>
/// </list>
/// </summary>
internal static partial class SettingsCheck
{
    private const string LogLevels = "LogLevel";

    private static readonly string[] Sections =
        [GatewaySettings.Section, "ReverseProxy", "Kestrel", "Logging", "Urls", "Http_Ports", "Https_Ports", "AllowedHosts", "Environment", "Config", UpstreamAddresses.Variable];

    /// <param name="configuration">All of it.</param>
    /// <param name="given">The part of it that was written for this program alone.</param>
    /// <exception cref="OptionsValidationException">With everything that is wrong.</exception>
    public static GatewaySettings Read(IConfiguration configuration, IConfiguration given)
    {
        var own = configuration.GetSection(GatewaySettings.Section);
        var faults = Shape.Check(own, typeof(GatewaySettings)).ToList();
        var settings = Bind(own, faults);
        var outOfRange = new GatewaySettingsValidator().Validate(null, settings).Failures ?? [];
        string[] failures =
        [
            .. Unknown(given),
            .. faults.Select(fault => fault.ToString()),
            .. Others(configuration).Select(fault => fault.ToString()),
            .. outOfRange.Select(WithPath),
            .. UpstreamAddresses.Wrong(configuration),
            .. ListeningAddresses.Wrong(configuration),
        ];
        return failures.Length == 0 ? settings : throw new OptionsValidationException(GatewaySettings.Section, typeof(GatewaySettings), failures);
    }

    private static IEnumerable<string> Unknown(IConfiguration given) =>
        from section in given.GetChildren()
        where !Sections.Contains(section.Key, StringComparer.OrdinalIgnoreCase) && !section.Key.StartsWith(ObserveSettings.Variables, StringComparison.Ordinal)
        select $"{section.Key}: there is no such setting; there are {string.Join(", ", Sections)}, and OpenTelemetry's {ObserveSettings.Variables}…";

    /// <summary>What the framework and YARP read: they would take a key that they do not know for a note.</summary>
    private static IEnumerable<Shape.Fault> Others(IConfiguration configuration) =>
        Shape.Check(configuration.GetSection("ReverseProxy"), typeof(ProxyKeys))
            .Concat(Shape.Check(configuration.GetSection("Kestrel"), typeof(KestrelKeys)))
            .Concat(configuration.GetSection("Logging").GetChildren().Select(section => section.Key == LogLevels ? section : section.GetSection(LogLevels))
                .SelectMany(levels => Shape.Check(levels, typeof(Dictionary<string, LogLevel>))));

    /// <summary>The validator names a member in its own way; it is told as it is written.</summary>
    private static string WithPath(string failure) =>
        Member.Replace(failure, match => $"{GatewaySettings.Section}:{match.Groups["path"].Value.Replace('.', ':')}");

    [GeneratedRegex(@"^\w+: (?:The (?:field )?GatewaySettings\.(?<path>[\w.]+?)(?: field)?(?= (?:is|must) )|(?<path>))")]
    private static partial Regex Member { get; }

    /// <summary>What can be read of it, so that its ranges are told too.</summary>
    private static GatewaySettings Bind(IConfigurationSection section, IReadOnlyList<Shape.Fault> faults)
    {
        var readable = section.AsEnumerable().Where(entry => entry.Value is not null && !faults.Any(fault => IsAtOrBelow(entry.Key, fault.Key)));
        var settings = new ConfigurationBuilder().Add(new MemoryConfigurationSource { InitialData = readable }).Build();
        return settings.GetSection(GatewaySettings.Section).Get<GatewaySettings>() ?? new GatewaySettings();
    }

    private static bool IsAtOrBelow(string key, string ancestor) =>
        key.StartsWith(ancestor, StringComparison.OrdinalIgnoreCase) && (key.Length == ancestor.Length || key[ancestor.Length] == ':');

    private sealed class ProxyKeys
    {
        public Dictionary<string, ClusterConfig>? Clusters { get; set; }

        public Dictionary<string, RouteConfig>? Routes { get; set; }
    }
}
