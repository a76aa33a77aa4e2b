using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>The certificate of every https address: <c>Gateway:Tls</c>.</summary>
internal sealed class TlsSettings : IValidatableObject
{
    /// <summary>A PEM file: the certificate, and after it those that lead to its authority. Default: none, and no https address but by Kestrel's own settings.</summary>
    public string Certificate { get; set; } = "";

    /// <summary>A PEM file: its key, unencrypted. Default: it is in the same file.</summary>
    public string Key { get; set; } = "";

    /// <summary>How often it is looked whether the files have changed, 100 ms to 1 d. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan CheckEvery { get; set; } = TimeSpan.FromSeconds(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Key.Length > 0 && Certificate.Length == 0)
            yield return new ValidationResult($"Tls:{nameof(Key)} is that of no {nameof(Certificate)}", [nameof(Key)]);
    }
}
