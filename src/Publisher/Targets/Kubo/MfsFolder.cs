using System.Text.Json;
using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Publisher.Targets.Kubo;

/// <summary>Puts a root into the node's own file system (MFS), in place of what lies there.</summary>
internal static class MfsFolder
{
    /// <remarks>
    /// The root comes to lie beside its place first: until it does, what lies there stays. The two names change in two calls,
    /// for the RPC has none that replaces a folder (<c>files/cp</c> fails on one, or copies into it).
    /// </remarks>
    /// <exception cref="KuboFault">It cannot be put there.</exception>
    public static async Task PutAsync(KuboRpc rpc, Cid root, string path, CancellationToken cancel)
    {
        var there = await StatAsync(rpc, path, cancel).ConfigureAwait(false);
        if (root.NamesSameAs(there))
            return;

        var slash = path.LastIndexOf('/');
        if (slash > 0)
            await rpc.CallAsync("files/mkdir", cancel, ("arg", path[..slash]), ("parents", "true")).ConfigureAwait(false);
        var beside = $"{path[..slash]}/.{path[(slash + 1)..]}.{Path.GetRandomFileName()}";
        await rpc.CallAsync("files/cp", cancel, ("arg", $"/ipfs/{root}"), ("arg", beside)).ConfigureAwait(false);
        if (there is not null)
            await rpc.CallAsync("files/rm", cancel, ("arg", path), ("recursive", "true")).ConfigureAwait(false);
        await rpc.CallAsync("files/mv", cancel, ("arg", beside), ("arg", path)).ConfigureAwait(false);
        // A node that moved it somewhere else, into a folder that came meanwhile, says nothing.
        if (!root.NamesSameAs(await StatAsync(rpc, path, cancel).ConfigureAwait(false)))
            throw new KuboFault(KuboFaultKind.BadAnswer, $"{path} holds something else now: is somebody else writing there?");
    }

    /// <returns>What lies there, or null.</returns>
    private static async Task<Cid?> StatAsync(KuboRpc rpc, string path, CancellationToken cancel)
    {
        try
        {
            return await rpc.CallAsync("files/stat", cancel, ("arg", path), ("hash", "true")).ConfigureAwait(false) is [{ ValueKind: JsonValueKind.Object } stat]
                && stat.TryGetProperty("Hash", out var hash) && Cid.TryParse(hash.ToString(), out var cid)
                    ? cid
                    : throw new KuboFault(KuboFaultKind.BadAnswer, "files/stat says no CID");
        }
        // "file does not exist" of Kubo, "… does not exist" of js-ipfs: the codes say less.
        catch (KuboFault fault) when (fault.Kind == KuboFaultKind.Command && fault.Message.Contains("not exist", StringComparison.Ordinal))
        {
            return null;
        }
    }
}
