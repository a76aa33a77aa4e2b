using System.Net;
using Image2Ipfs.Gateway.Tests.Running;

namespace Image2Ipfs.Gateway.Tests.Upstreams;

internal enum Situation
{
    /// <summary>The only upstream has the fault once for each thing that is asked for.</summary>
    Once,

    /// <summary>The only upstream has it always.</summary>
    Always,

    /// <summary>One of two upstreams has it always.</summary>
    WithAnother,
}

/// <summary>One fault in one way to fetch in one situation: everything is asked for, and each outcome is kept.</summary>
internal sealed record FaultCase(Fault Fault, Ways Way, Situation Situation)
{
    /// <summary>An outcome where no answer had the fault: it was not tried.</summary>
    public const string NotMet = "not met";

    public override string ToString() => $"{Fault}, {Way}, {Situation}";

    /// <param name="image">What is pulled.</param>
    /// <param name="trap">Where no redirect must lead.</param>
    public async Task<IReadOnlyDictionary<string, Outcome>> RunAsync(UpstreamImage image, TestUpstream trap)
    {
        var all = Asked.Of(image);
        try
        {
            if (Situation == Situation.Once)
                return await RunOnceAsync(image, trap, all);
            // What stands before a manifest in the tree is met by the first; what stands before the others is known then.
            var outcomes = await Task.WhenAll(RunAlwaysAsync(image, trap, known: [], all.Take(1)), RunAlwaysAsync(image, trap, all.Take(1), all.Skip(1)));
            return outcomes.SelectMany(o => o).ToDictionary();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return all.ToDictionary(a => a.Name, _ => Outcome.Wrong($"the case did not run: {e.Message}"));
        }
    }

    private async Task<IReadOnlyDictionary<string, Outcome>> RunOnceAsync(UpstreamImage image, TestUpstream trap, IEnumerable<Asked> asked)
    {
        await using var upstream = await StartAsync(image, trap);
        await using var gateway = await PullingGateway.StartAsync(upstream, PullingGateway.Patient(firstByte: 1, stall: 1, patience: 10));
        var outcomes = new Dictionary<string, Outcome>();
        foreach (var one in asked)
        {
            var back = Task.CompletedTask;
            if (Fault.Refuses)
            {
                await upstream.StopAsync();
                back = RestartLaterAsync(upstream);
            }
            // An upstream that is asked for another format first is to have the fault where it matters.
            var rule = new FaultRule(Fault) { Times = Fault.Answers, Where = r => r.Format == Format };
            upstream.Arm(rule);
            outcomes[one.Name] = Met(await AskAsync(one, gateway), rule);
            await back;
        }
        return outcomes;
    }

    private async Task<IReadOnlyDictionary<string, Outcome>> RunAlwaysAsync(UpstreamImage image, TestUpstream trap, IEnumerable<Asked> known, IEnumerable<Asked> asked)
    {
        await using var upstream = await StartAsync(image, trap);
        await using var good = Situation == Situation.WithAnother ? await TestUpstream.StartAsync(upstream.Blocks, Way, upstream.Unknown) : null;
        upstream.Elsewhere = good?.Address;
        var patience = good is null ? 1.2 : 8;
        await using var gateway = await PullingGateway.StartAsync(good is null ? [upstream] : [upstream, good], PullingGateway.Patient(firstByte: 0.8, stall: 0.8, patience));
        foreach (var one in known)
        {
            if (await one.AskAsync(gateway.Running) is { IsRight: false } outcome)
                return asked.ToDictionary(a => a.Name, _ => Outcome.Wrong($"{one.Name} without a fault: {outcome}"));
        }
        if (Fault.Refuses)
            await upstream.StopAsync();
        var rule = new FaultRule(Fault) { At = good is null ? Fault.AlwaysAt : null };
        upstream.Arm(rule);
        var outcomes = await Task.WhenAll(asked.Select(async one => (one.Name, Outcome: await AskAsync(one, gateway))));
        // Which of two upstreams is asked is chance.
        return outcomes.ToDictionary(o => o.Name, o => good is null ? Met(o.Outcome, rule) : o.Outcome);
    }

    /// <summary>With what the Gateway says of it, where it is not what it might be.</summary>
    private static async Task<Outcome> AskAsync(Asked one, PullingGateway gateway)
    {
        var outcome = await one.AskAsync(gateway.Running);
        return outcome.IsRight ? outcome : outcome with { Log = [.. outcome.Log, .. gateway.Problems()] };
    }

    private Outcome Met(Outcome outcome, FaultRule rule) =>
        outcome.IsRight && rule.Applied == 0 && !Fault.Refuses ? outcome with { Detail = NotMet } : outcome;

    private string? Format => Way switch { Ways.Car => "car", Ways.Raw => "raw", _ => null };

    private async Task<TestUpstream> StartAsync(UpstreamImage image, TestUpstream trap)
    {
        // As they are: js-ipfs gives plain files and does not know formats, trustless gateways refuse what they do not give.
        var upstream = await TestUpstream.StartAsync(new UpstreamBlocks(image.Blocks), IPAddress.Loopback, Way, Way == Ways.Path ? UnknownFormat.Ignored : UnknownFormat.NotAcceptable);
        upstream.Trap = trap.Address;
        return upstream;
    }

    private static async Task RestartLaterAsync(TestUpstream upstream)
    {
        await Task.Delay(300, RunningGateway.Cancel);
        await upstream.RestartAsync();
    }
}
