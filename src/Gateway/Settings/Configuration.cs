using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.FileProviders.Physical;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>Where settings come from, the later over the earlier: defaults, the file of --config, environment, arguments.</summary>
internal static class Configuration
{
    /// <exception cref="OptionsValidationException">With all that is wrong with them.</exception>
    public static void AddSettings(this WebApplicationBuilder builder, string[] args)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                // It would begin an activity for every request, for a log that nobody keeps.
                ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
                // Why it did not start stands on stderr, in one line.
                ["Logging:LogLevel:Microsoft.Extensions.Hosting.Internal.Host"] = "Critical",
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
                ["Logging:LogLevel:Yarp"] = "Warning",
                // It tells every probe that fails, with the whole stack; the policy of ours tells when that begins and ends.
                ["Logging:LogLevel:Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor"] = "Error",
            },
        });
        // From the arguments only: a variable named CONFIG is anybody's.
        var arguments = new ConfigurationBuilder().AddCommandLine(args).Build();
        var given = new ConfigurationBuilder();
        if ((arguments["config"] ?? builder.Configuration["IMAGE2IPFS_CONFIG"]) is { Length: > 0 } file)
        {
            var provider = Watched(file, out var name);
            given.AddJsonFile(provider, name, optional: false, reloadOnChange: false);
            builder.Configuration
                .AddJsonFile(provider, name, optional: false, reloadOnChange: true)
                .AddEnvironmentVariables("ASPNETCORE_")
                .AddEnvironmentVariables()
                .AddCommandLine(args);
        }
        given.AddCommandLine(args);
        builder.Configuration.AddUpstreamAddresses();
        builder.UseDefaultAddress();
        builder.Services.AddSingleton(Options.Create(SettingsCheck.Read(builder.Configuration, given.Build())));
    }

    /// <summary>
    /// The folder of the file. The file alone is looked at, every four seconds: a watch would be over all that lies
    /// below the folder, and would miss a file that is mounted anew.
    /// </summary>
    internal static PhysicalFileProvider Watched(string file, out string name)
    {
        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
            throw new FileNotFoundException($"there is no file {path}");
        name = Path.GetFileName(path);
        return new PhysicalFileProvider(Path.GetDirectoryName(path)!, ExclusionFilters.None) { UsePollingFileWatcher = true, UseActivePolling = true };
    }
}
