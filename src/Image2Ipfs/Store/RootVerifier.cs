using System.Security.Cryptography;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Store;

/// <summary>Reads all that a root holds and checks it against the names under which it is served.</summary>
public static class RootVerifier
{
    /// <returns>A sentence for everything that is missing or damaged; nothing when all is well.</returns>
    public static IReadOnlyList<string> Verify(LocalStore store, Cid root, CancellationToken cancel)
    {
        var problems = new List<string>();
        try
        {
            var stored = store.Open(root) ?? throw new InvalidDataException("it is not in the store");
            foreach (var digest in stored.Blobs.Keys)
            {
                cancel.ThrowIfCancellationRequested();
                if (CheckBlob(store.BlobFile(digest), digest) is { } problem)
                    problems.Add(problem);
            }
            // The digests say that the blobs are whole; the blocks, that the CIDs of the tree are theirs.
            foreach (var block in problems.Count == 0 ? stored.Blocks() : [])
            {
                cancel.ThrowIfCancellationRequested();
                if (!block.Cid.Matches(block.Bytes.Span))
                    problems.Add($"block {block.Cid} is not what its name says");
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            problems.Add(e.Message);
        }
        return problems;
    }

    private static string? CheckBlob(string file, Digest digest)
    {
        if (!File.Exists(file))
            return $"blob {digest} is missing";
        using var content = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan);
        var actual = Digest.FromSha256Hash(SHA256.HashData(content));
        return actual == digest ? null : $"blob {digest} is damaged: its bytes have the digest {actual}";
    }
}
