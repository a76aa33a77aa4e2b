using System.Text.Json;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Store;
using Polly;
using Polly.Retry;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>
/// A node with Kubo's RPC gets the root in one <c>dag/import</c>, so the CIDs are decided here and proven there:
/// <list type="number">
/// <item>ask what it has: of a root that is pinned there nothing is sent, and of others not what it has anyway;</item>
/// <item>import and pin, and compare the root that it then names;</item>
/// <item>name the pin, put the root into its files, publish it under a key: what was asked for.</item>
/// </list>
/// Whatever breaks on the way is begun again from the store, a few times.
/// </summary>
/// <param name="address">Where the node is, or null: where a node of this machine says that it is.</param>
/// <param name="name">What the command line calls it.</param>
/// <param name="options">What to do beside pinning.</param>
internal sealed class KuboTarget(KuboAddress address, string name, KuboOptions options) : ITarget
{
    private const int MaxRetries = 4;

    /// <summary>A node that wants to be left alone for longer is one to come back to by hand.</summary>
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMinutes(1);

    public string Name => name;

    public async Task<Delivery> SendAsync(StoredRoot root, PublishProgress progress, CancellationToken cancel)
    {
        using var rpc = new KuboRpc(address, options.Silence);
        try
        {
            return await new Sending(rpc, root, options, progress, Name).RunAsync(cancel).ConfigureAwait(false);
        }
        catch (KuboFault fault)
        {
            var (what, hint) = Explain(fault);
            throw new PublisherException(
                $"the node at {address} {what}: {fault.Message}",
                $"the store has the image, and 'image2ipfs export {root.Cid} --to {Name}' sends it again; {hint}",
                fault);
        }
    }

    private static (string What, string Hint) Explain(KuboFault fault) => fault.Kind switch
    {
        KuboFaultKind.Unreachable => ($"cannot be reached or breaks off, after {MaxRetries + 1} attempts", "is it running, and is that the address of its RPC (Addresses.API)?"),
        KuboFaultKind.Silent => ("is silent", "is it busy? --timeout gives it more time"),
        KuboFaultKind.Refused => ("refuses", $"set {KuboAddress.AuthVariable} to a secret of its API.Authorizations that allows these commands"),
        KuboFaultKind.NoRpc => ("has no RPC there", "give the address of its RPC (Addresses.API), not that of its gateway"),
        KuboFaultKind.BadAnswer => ("answers wrongly", "is it an IPFS node that knows 'dag import' (Kubo)?"),
        _ => ("reports an error", "its log may say more"),
    };

    /// <summary>One handover, with what it has found out so far.</summary>
    private sealed class Sending(KuboRpc rpc, StoredRoot root, KuboOptions options, PublishProgress progress, string name)
    {
        private IReadOnlySet<Cid> _without = new HashSet<Cid>();

        public async Task<Delivery> RunAsync(CancellationToken cancel)
        {
            // 1
            var wasThere = await RetryAsync(IsTransient, token => IsPinnedAsync(root.Cid, token), cancel).ConfigureAwait(false);

            // 2
            long sent = 0;
            if (!wasThere)
            {
                _without = await RetryAsync(IsTransient, token => SharedBlocks.FindAsync(root, cid => IsPinnedAsync(cid, token)), cancel).ConfigureAwait(false);
                sent = await RetryAsync(IsWorthAnImport, ImportAsync, cancel).ConfigureAwait(false);
            }

            // 3
            var delivery = new Delivery(name) { WasThere = wasThere, Bytes = sent, MfsPath = options.MfsPath };
            if (options.PinName is { } pin)
                await RetryAsync(IsTransient, token => rpc.CallAsync("pin/add", token, ("arg", root.Cid.ToString()), ("recursive", "true"), ("name", pin)), cancel).ConfigureAwait(false);
            if (options.MfsPath is { } path)
                await RetryAsync(IsTransient, async token => { await MfsFolder.PutAsync(rpc, root.Cid, path, token).ConfigureAwait(false); return true; }, cancel).ConfigureAwait(false);
            if (options.IpnsKey is { } key)
                delivery = delivery with { IpnsName = await RetryAsync(IsTransient, token => PublishNameAsync(key, token), cancel).ConfigureAwait(false) };
            return delivery;
        }

        private static bool IsTransient(KuboFault fault) => fault.Kind == KuboFaultKind.Unreachable;

        /// <summary>An import does no harm twice, so what the command itself stumbled over is tried again too.</summary>
        private static bool IsWorthAnImport(KuboFault fault) => fault.Kind is KuboFaultKind.Unreachable or KuboFaultKind.Command;

        private async Task<bool> IsPinnedAsync(Cid cid, CancellationToken cancel)
        {
            try
            {
                return await rpc.CallAsync("pin/ls", cancel, ("arg", cid.ToString()), ("type", "recursive")).ConfigureAwait(false) is [{ ValueKind: JsonValueKind.Object } answer]
                    && answer.TryGetProperty("Keys", out var keys) && keys.ValueKind == JsonValueKind.Object && keys.EnumerateObject().Any();
            }
            // "is not pinned" is an error of the command. Who may only import, or has no such command, gets everything.
            catch (KuboFault fault) when (!IsTransient(fault) && fault.Kind != KuboFaultKind.Silent)
            {
                return false;
            }
        }

        /// <returns>The bytes that were sent.</returns>
        private async Task<long> ImportAsync(CancellationToken cancel)
        {
            progress.BeginSending(name, root.Places().Where(p => !_without.Contains(p.Cid)).Sum(p => Car.SectionLength(p.Cid, p.Length)));
            long sent = 0;
            CarContent? car = null;
            try
            {
                var answer = await rpc.CallAsync("dag/import", [("pin-roots", "true")], alive => (car = new CarContent(root, _without, bytes =>
                {
                    sent += bytes;
                    progress.Sent(bytes);
                    alive();
                })).AsForm(), cancel).ConfigureAwait(false);
                ImportAnswer.Check(answer, root.Cid);
                return sent;
            }
            catch (Exception e) when (e is not OperationCanceledException && car?.StoreFault is not null)
            {
                throw new InvalidDataException(car.StoreFault.Message, e);
            }
            catch (KuboFault fault) when (_without.Count > 0 && fault.Kind is (KuboFaultKind.BadAnswer or KuboFaultKind.Silent or KuboFaultKind.Command))
            {
                // What was left out is not there any more, or the node looks for it elsewhere: everything, then.
                _without = new HashSet<Cid>();
                return await ImportAsync(cancel).ConfigureAwait(false);
            }
        }

        private async Task<string> PublishNameAsync(string key, CancellationToken cancel)
        {
            var answer = await rpc.CallAsync("name/publish", cancel, ("arg", $"/ipfs/{root.Cid}"), ("key", key), ("allow-offline", "true")).ConfigureAwait(false);
            return answer is [{ ValueKind: JsonValueKind.Object } entry] && entry.TryGetProperty("Name", out var said) && said.ToString() is { Length: > 0 } ipns
                ? $"/ipns/{Printable.Text(ipns)}"
                : throw new KuboFault(KuboFaultKind.BadAnswer, "it did not say the name under which it published");
        }

        private async Task<T> RetryAsync<T>(Func<KuboFault, bool> worthwhile, Func<CancellationToken, Task<T>> call, CancellationToken cancel)
        {
            var pipeline = new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<KuboFault>(worthwhile),
                MaxRetryAttempts = MaxRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.RetryDelay,
                MaxDelay = MaxDelay,
                DelayGenerator = args => ValueTask.FromResult((args.Outcome.Exception as KuboFault)?.RetryAfter is { } after ? after < MaxDelay ? after : MaxDelay : (TimeSpan?)null),
            }).Build();
            return await pipeline.ExecuteAsync(async token => await call(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        }
    }
}
