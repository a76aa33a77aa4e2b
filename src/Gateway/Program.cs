using Image2Ipfs.Gateway;
using Image2Ipfs.Gateway.Settings;
using Microsoft.Extensions.Options;

try
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddSettings(args);
    builder.AddGateway();

    var app = builder.Build();
    app.UseGateway();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is OptionsValidationException or InvalidOperationException or IOException or InvalidDataException or FormatException)
{
    // What an operator can mend: all wrong settings at once, a file that is not there, an address that is taken.
    foreach (var failure in e is OptionsValidationException validation ? validation.Failures : [e.Message])
        Console.Error.WriteLine($"Gateway: error: {failure}");
    return 1;
}
