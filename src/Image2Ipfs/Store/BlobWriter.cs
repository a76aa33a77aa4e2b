using System.Security.Cryptography;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Registry;

namespace Image2Ipfs.Store;

/// <summary>
/// Writes one blob into the staging folder and computes, in the same pass, its digest, size and DAG.
/// A blob that is not finished leaves no file.
/// </summary>
public sealed class BlobWriter : IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly FileDag? _dag;
    private readonly string _file;
    private readonly FileStream _content;
    private FileStream? _nodes;
    private long _size;
    private bool _finished;

    /// <param name="profile">How its DAG is made; null: it has one, whose nodes come by <see cref="WriteNode"/>.</param>
    /// <param name="file">Where it lies until the commit.</param>
    internal BlobWriter(CidProfile? profile, string file)
    {
        _file = file;
        // Every write is large or the only one: a buffer would be one more copy.
        _content = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        _dag = profile is null ? null : new FileDag(profile, WriteNode);
    }

    private string NodesFile => _file + ".nodes";

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _content.Write(bytes);
        _sha256.AppendData(bytes);
        _dag?.Append(bytes);
        _size += bytes.Length;
    }

    /// <summary>Ends the blob; its bytes are on disk when this returns.</summary>
    public StagedBlob Finish() => Finish(_dag!.Finish());

    internal StagedBlob Finish(DagLink dag)
    {
        // Closed here and not by Dispose: the commit may come first, and reads the one and renames the other.
        _content.Flush(flushToDisk: true);
        _content.Dispose();
        _nodes?.Dispose();
        _finished = true;
        return new StagedBlob(Digest.FromSha256Hash(_sha256.GetHashAndReset()), _size, dag)
        {
            File = _file,
            NodesFile = _nodes is null ? null : NodesFile,
        };
    }

    public void Dispose()
    {
        _content.Dispose();
        _nodes?.Dispose();
        _sha256.Dispose();
        _dag?.Dispose();
        if (!_finished)
        {
            File.Delete(_file);
            File.Delete(NodesFile);
        }
    }

    internal void WriteNode(Block node)
    {
        _nodes ??= new FileStream(NodesFile, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        Car.WriteSection(_nodes, node);
    }
}
