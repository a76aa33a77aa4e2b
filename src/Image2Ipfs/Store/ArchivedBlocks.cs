using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Store;

/// <summary>The blocks of an archive, wherever in it they lie: in the file that it is, or in a copy of what came through a pipe.</summary>
internal sealed class ArchivedBlocks : IDisposable
{
    /// <summary>More than the blocks of 200 GiB. Each is some hundred bytes of memory, and an archive may have a block a byte.</summary>
    private const int MaxBlocks = 1_000_000;

    private readonly Dictionary<Cid, (long Offset, int Length)> _places = [];
    private readonly SafeFileHandle _file;
    private readonly bool _isCopy;

    private ArchivedBlocks(SafeFileHandle file, bool isCopy) => (_file, _isCopy) = (file, isCopy);

    /// <summary>The bytes of all blocks.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads the whole archive and checks every block against its CID.</summary>
    /// <param name="car">Its header was read.</param>
    /// <param name="file">The archive, where it is a file that can be read again.</param>
    /// <param name="copy">Where the blocks are kept else.</param>
    /// <param name="onRead">Takes the bytes of each block.</param>
    /// <param name="cancel">Stops it.</param>
    /// <exception cref="InvalidDataException">The archive is damaged.</exception>
    public static ArchivedBlocks Read(CarStream car, SafeFileHandle? file, string copy, Action<int> onRead, CancellationToken cancel)
    {
        using var spool = file is null ? new FileStream(copy, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, bufferSize: 1024 * 1024) : null;
        var blocks = new ArchivedBlocks(file ?? File.OpenHandle(copy, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), isCopy: file is null);
        try
        {
            while (car.TryRead(out var block, out var offset))
            {
                cancel.ThrowIfCancellationRequested();
                onRead(block.Bytes.Length);
                if (!block.Cid.CanBeChecked)
                    throw new InvalidDataException($"block {block.Cid} has a hash that cannot be checked");
                if (!block.Cid.Matches(block.Bytes.Span))
                    throw new InvalidDataException($"block {block.Cid} is not what its name says");
                if (!blocks._places.TryAdd(block.Cid, (spool?.Position ?? offset, block.Bytes.Length)))
                    continue;
                if (blocks._places.Count > MaxBlocks)
                    throw new InvalidDataException($"it has more than {MaxBlocks} blocks");
                blocks.Bytes += block.Bytes.Length;
                spool?.Write(block.Bytes.Span);
            }
            spool?.Flush();
            return blocks;
        }
        catch
        {
            blocks.Dispose();
            throw;
        }
    }

    /// <exception cref="InvalidDataException">The archive has no such block.</exception>
    public ReadOnlyMemory<byte> Get(Cid cid)
    {
        if (cid.IsIdentity)
            return cid.Hash.ToArray();
        if (!_places.TryGetValue(cid, out var place))
            throw new InvalidDataException($"block {cid} is missing");
        var block = new byte[place.Length];
        // The file is somebody else's: it may have been written to meanwhile.
        for (var filled = 0; filled < block.Length;)
        {
            var read = RandomAccess.Read(_file, block.AsSpan(filled), place.Offset + filled);
            filled += read > 0 ? read : throw new InvalidDataException("the archive was cut off while it was read");
        }
        return cid.Matches(block) ? block : throw new InvalidDataException("the archive was changed while it was read");
    }

    public void Dispose()
    {
        if (_isCopy)
            _file.Dispose();
    }
}
