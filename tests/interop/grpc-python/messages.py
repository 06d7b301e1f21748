"""Message classes built at run time from a descriptor set, so that no compiler for Python is needed."""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory


class Messages:
    def __init__(self, files):
        self.pool = descriptor_pool.DescriptorPool()
        for file in files:
            self.pool.Add(file)

    @staticmethod
    def load(path):
        descriptors = descriptor_pb2.FileDescriptorSet()
        with open(path, "rb") as source:
            descriptors.ParseFromString(source.read())
        return Messages(descriptors.file)

    def type(self, name):
        descriptor = self.pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(descriptor)
        return message_factory.MessageFactory(self.pool).GetPrototype(descriptor)
