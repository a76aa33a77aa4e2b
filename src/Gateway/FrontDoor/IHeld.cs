using Image2Ipfs.Ipfs;
using Microsoft.Win32.SafeHandles;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>Blocks and files that lie on this machine.</summary>
internal interface IHeld
{
    /// <returns>The block in its envelope, or null where it is not here.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    ReadOnlyMemory<byte>? Block(Cid cid);

    /// <summary>
    /// The content of a file's DAG that lies in one plain file. Its leaves are not asked for then: each is a slice of the
    /// file, bare or in the envelope of <see cref="FileDag.Leaf"/>.
    /// </summary>
    /// <returns>The open file, which the caller disposes, or null where there is none.</returns>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    SafeFileHandle? OpenFile(Cid cid, out long size);
}
