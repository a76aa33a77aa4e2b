using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>Where settings come from, the later over the earlier: defaults, the file of --config, environment, arguments.</summary>
internal static class Configuration
{
    private const string DefaultAddress = "http://127.0.0.1:5000";

    public static void AddSettings(this WebApplicationBuilder builder, string[] args)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
                ["Logging:LogLevel:Yarp"] = "Warning",
            },
        });
        if ((builder.Configuration["config"] ?? builder.Configuration["IMAGE2IPFS_CONFIG"]) is { Length: > 0 } file)
        {
            builder.Configuration
                .AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: true)
                .AddEnvironmentVariables()
                .AddCommandLine(args);
        }
        string[] addresses = ["urls", "http_ports", "https_ports"];
        if (Array.TrueForAll(addresses, key => string.IsNullOrEmpty(builder.Configuration[key])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultAddress);

        builder.Services.AddSingleton<IValidateOptions<GatewaySettings>, GatewaySettingsValidator>();
        builder.Services.AddOptions<GatewaySettings>()
            .BindConfiguration(GatewaySettings.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .ValidateOnStart();
    }
}
