using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace Image2Ipfs.Gateway.Tests.Observe;

/// <summary>Measurements of parts that a test makes by itself.</summary>
internal static class Unwatched
{
    public static Gateway.Observe.Metrics Metrics { get; } = new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());
}
