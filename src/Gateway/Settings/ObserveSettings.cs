using System.ComponentModel.DataAnnotations;

namespace Image2Ipfs.Gateway.Settings;

/// <summary>
/// What the Gateway tells of itself: <c>Gateway:Observe</c>. The variables of OpenTelemetry (OTEL_SERVICE_NAME,
/// OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER, …) hold too.
/// </summary>
internal sealed class ObserveSettings : IValidatableObject
{
    public const string Section = $"{GatewaySettings.Section}:Observe";

    /// <summary>What all of OpenTelemetry's variables begin with.</summary>
    public const string Variables = "OTEL_";

    /// <summary>Its variable for <see cref="Otlp"/>.</summary>
    public const string OtlpVariable = $"{Variables}EXPORTER_OTLP_ENDPOINT";

    /// <summary>Whether /metrics is there, in Prometheus' text format. Default: true.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>
    /// The address of a collector to which metrics and traces are sent by OTLP, http or https. Default: OTEL_EXPORTER_OTLP_ENDPOINT,
    /// else none, and no trace is made.
    /// </summary>
    public string? Otlp { get; set; }

    /// <summary>
    /// Lines of the log a second for pulls, 0 to 1 000 000; those above it are counted only. Default: 100.
    /// </summary>
    [Range(0, 1_000_000)]
    public int LinesPerSecond { get; set; } = 100;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Otlp) && !HttpAddress.Is(Otlp))
            yield return new ValidationResult($"Observe:{nameof(Otlp)}: '{Otlp}' is no address; write http://127.0.0.1:4317", [nameof(Otlp)]);
    }
}
