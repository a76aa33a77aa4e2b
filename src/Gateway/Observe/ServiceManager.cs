using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Console;

namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// What systemd is told, where the Gateway runs below it: that it listens, that it stops, and how grave a line of the log
/// is. Elsewhere nothing is.
/// </summary>
internal static class ServiceManager
{
    /// <summary>
    /// The variable says that somebody wants to be told. The package's own AddSystemd looks for a parent process of that
    /// name instead, which a service with ProtectProc= does not see.
    /// </summary>
    private const string Variable = "NOTIFY_SOCKET";

    public static void AddServiceManager(this WebApplicationBuilder builder)
    {
        // A socket unit hands over a socket that listens already: while the Gateway is restarted, clients wait, and are not refused.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.UseSystemd());
        if (!OperatingSystem.IsLinux() || string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
            return;
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        if (string.IsNullOrEmpty(builder.Configuration["Logging:Console:FormatterName"]))
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = ConsoleFormatterNames.Systemd);
    }
}
