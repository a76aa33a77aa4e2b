namespace Image2Ipfs.Gateway.Tests.Conformance;

/// <summary>One check of the suite.</summary>
/// <param name="Name">As the suite calls it.</param>
/// <param name="Of">What it asks for.</param>
/// <param name="Demand">What must come.</param>
/// <param name="RunAsync">Asks, and asserts.</param>
internal sealed record Check(string Name, string Of, string Demand, Func<ConformanceSite, Task> RunAsync)
{
    public string Title => Of.Length == 0 ? Name : $"{Name} ({Of})";
}
