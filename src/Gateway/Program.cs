using System.Net.Sockets;
using Image2Ipfs.Gateway;
using Image2Ipfs.Gateway.Observe;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

if (args is ["health", ..])
    return await HealthCommand.RunAsync(args[1..]);

WebApplicationBuilder? builder = null;
try
{
    // Not the folder where it is started: what lies there is not ours to read, nor to watch.
    builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.AddSettings(args);
    builder.AddGateway();

    var app = builder.Build();
    app.UseGateway();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or InvalidOperationException or IOException or InvalidDataException or FormatException or UnauthorizedAccessException or SocketException)
{
    // What an operator can mend: all wrong settings at once, a file that is not there, an address that is taken.
    var failures = e switch
    {
        OptionsValidationException validation => validation.Failures,
        // The place in the file is what the innermost one knows.
        InvalidDataException => [$"{e.Message} {e.GetBaseException().Message}"],
        // YARP's: what is wrong with upstreams and routes, as far as their types do not tell.
        { InnerException: AggregateException all } => all.Flatten().InnerExceptions.Select(inner => inner.Message),
        SocketException => [$"cannot listen on {builder?.Configuration["urls"]}: {e.Message}"],
        _ => [e.Message],
    };
    foreach (var failure in failures)
        Console.Error.WriteLine($"Gateway: error: {failure}");
    return 1;
}
