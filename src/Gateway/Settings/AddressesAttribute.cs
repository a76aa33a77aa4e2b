using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>A list of IP addresses, with or without a port. A name would have to be resolved first.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AddressesAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        (value as IEnumerable<string> ?? []).FirstOrDefault(text => !IPEndPoint.TryParse(text, out _)) is { } wrong
            ? new ValidationResult($"{validationContext.DisplayName}: '{wrong}' is no address; write 192.0.2.1, or 192.0.2.1:53 with a port")
            : ValidationResult.Success;
}
