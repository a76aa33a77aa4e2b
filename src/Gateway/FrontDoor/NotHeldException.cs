using Image2Ipfs.Ipfs;

namespace Image2Ipfs.Gateway.FrontDoor;

/// <summary>Something that the answer needs is not on this machine, or is of a kind that this machine does not read: an upstream may.</summary>
internal sealed class NotHeldException(Cid cid) : Exception($"{cid} is not on this machine");
